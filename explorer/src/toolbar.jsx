// The buttons beside the query editor that GraphiQL does not have: a link to the query, and the query as a program.

import { ToolbarButton, ToolbarMenu } from "@graphiql/react";
import copy from "copy-to-clipboard";

import { key } from "./key.js";
import { MOST, link } from "./share.js";
import { SNIPPETS } from "./snippets.js";
import { useOpenTab } from "./tabs.js";
import { say } from "./texts.js";

const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinecap: "round", strokeLinejoin: "round" };

const LinkIcon = () => (
  <svg viewBox="0 0 24 24" className="graphiql-toolbar-icon" aria-hidden="true" {...line}>
    <path d="M10 14a4.5 4.5 0 0 0 6.4 0l3.2-3.2a4.5 4.5 0 0 0-6.4-6.4L12 5.6M14 10a4.5 4.5 0 0 0-6.4 0l-3.2 3.2a4.5 4.5 0 0 0 6.4 6.4L12 18.4" />
  </svg>
);

const CodeIcon = () => (
  <svg viewBox="0 0 24 24" className="graphiql-toolbar-icon" aria-hidden="true" {...line}>
    <path d="m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14" />
  </svg>
);

function asObject(text) {
  if (!text.trim()) return undefined;
  const value = JSON.parse(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error();
  return value;
}

export function Buttons({ report }) {
  const openTab = useOpenTab();
  const share = () => {
    const { query, variables } = openTab();
    const { url, length } = link(query, variables);
    if (url) copy(url, { format: "text/plain" });
    report(url ? say("shared") : say("tooLong", { length, most: MOST }));
  };
  const copyAs = (name) => {
    const { variables, ...asked } = openTab();
    try {
      const operation = { ...asked, variables: asObject(variables) };
      const url = `${location.origin}${location.pathname}`;
      copy(SNIPPETS[name]({ url, keyed: Boolean(key()), ...operation }), { format: "text/plain" });
      report(say("copied", { name }));
    } catch {
      report(say("badVariables"));
    }
  };
  return (
    <>
      <ToolbarButton label={say("share")} onClick={share}>
        <LinkIcon />
      </ToolbarButton>
      <ToolbarMenu label={say("copyAs")} button={<CodeIcon />}>
        {Object.keys(SNIPPETS).map((name) => (
          <ToolbarMenu.Item key={name} onSelect={() => copyAs(name)}>
            {name}
          </ToolbarMenu.Item>
        ))}
      </ToolbarMenu>
    </>
  );
}
