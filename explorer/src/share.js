// Links that open a query in the editor: `#query=…&variables=…` or `?query=…`. Opening one never runs it.

import { say } from "./texts.js";

/** The most characters of a link: servers and messengers refuse longer ones. */
export const MOST = 16_000;

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** The query that the page was opened with: `{ query, variables, notice }`; `notice` says what happened to it. */
export function opened({ hash, search } = location) {
  for (const text of [hash, search]) {
    const parameters = new URLSearchParams(text.slice(1));
    if (!parameters.get("query")) continue;
    if (text.length > MOST) return { notice: say("linkRefused", { most: MOST }) };
    const variables = parameters.get("variables");
    return { query: parameters.get("query"), variables: variables ? pretty(variables) : "", notice: say("linkOpened") };
  }
  return {};
}

/** Takes the query out of the address, so that a reload does not open it again beside what it was changed to. */
export const forget = () => history.replaceState(null, "", location.pathname);

/** A link to a query; null for one that is too long. */
export function link(query, variables) {
  const parameters = new URLSearchParams({ query, ...(variables.trim() ? { variables: compact(variables) } : {}) });
  const made = `${location.origin}${location.pathname}#${parameters}`;
  return made.length > MOST ? { length: made.length } : { url: made };
}

function compact(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
