// The Examples panel of the explorer: each opens in a tab of its own.

import { useEditorContext } from "@graphiql/react";
import { useEffect, useState } from "react";

import { examples, json } from "./examples.js";

function Panel() {
  const { addTab, changeTab, queryEditor, tabs, variableEditor } = useEditorContext({ nonNull: true });
  const [wanted, setWanted] = useState(null);

  // The editors show a new tab only after it was rendered; until then they would write into the old one.
  useEffect(() => {
    if (!wanted) return;
    queryEditor.setValue(wanted.query);
    variableEditor.setValue(json(wanted.variables));
    setWanted(null);
  }, [wanted]);

  const open = (example) => {
    const found = tabs.findIndex((tab) => tab.query === example.query);
    if (found >= 0) return changeTab(found);
    addTab();
    setWanted(example);
  };

  return (
    <section className="examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      {examples.map((example) => (
        <button key={example.title} type="button" onClick={() => open(example)}>
          <strong>{example.title}</strong>
          <span>{lesson(example.query)}</span>
        </button>
      ))}
    </section>
  );
}

/** The first paragraph of the comment above a query. */
function lesson(query) {
  const lines = query.split("\n");
  const end = lines.findIndex((line) => line === "#" || !line.startsWith("#"));
  return lines.slice(0, end).map((line) => line.slice(2)).join(" ");
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" height="1em">
      <path d="M9 18h6M10 21h4M9.5 15.5c0-1-.4-1.7-1.1-2.4a5.5 5.5 0 1 1 7.2 0c-.7.7-1.1 1.4-1.1 2.4Z" />
    </svg>
  );
}

export const examplesPlugin = { title: "Examples", icon: Icon, content: Panel };
