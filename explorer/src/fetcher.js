// Sends an operation by POST and says how it went.

import { asksForKeys, inWords, keyHeaders } from "./key.js";
import { say } from "./texts.js";

const ACCEPT = "application/graphql-response+json, application/json;q=0.9";

/**
 * Makes a fetcher for GraphiQL; `report` is given a line on each answer, of introspection only on those that say
 * something about keys. `offerKey` is called once the server turns out to tell callers apart.
 */
export function measuredFetcher(url, report, offerKey) {
  return async (operation, { headers } = {}) => {
    const start = performance.now();
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: ACCEPT, ...keyHeaders(), ...headers },
      body: JSON.stringify(operation),
    });
    const bytes = await response.arrayBuffer();
    if (asksForKeys(response)) offerKey();
    const words = inWords(response);
    if (words || operation.operationName !== "IntrospectionQuery") {
      report([words, summary(response, bytes.byteLength, start)].filter(Boolean).join("  ·  "));
    }
    return parsed(new TextDecoder().decode(bytes), response);
  };
}

function summary(response, size, start) {
  const stages = (response.headers.get("Server-Timing") ?? "").matchAll(/([\w-]+);[^,]*?dur=([\d.]+)/g);
  const server = [...stages].map(([, stage, duration]) => `${stage} ${Number(duration).toFixed(1)} ms`).join(", ");
  return [
    `HTTP ${response.status}`,
    `${Math.round(performance.now() - start)} ms`,
    size < 1000 ? `${size} B` : `${(size / 1000).toFixed(1)} kB`,
    ...(server ? [`server: ${server}`] : []),
  ].join("  ·  ");
}

function parsed(text, response) {
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: say("notJson", { status: response.status }), answer: text.slice(0, 1000) }] };
  }
}
