// The Examples panel of the explorer: each opens in a tab of its own.

import { examples } from "./examples.js";
import { useOpen } from "./tabs.js";
import { say } from "./texts.js";

function Panel() {
  const open = useOpen();
  const parts = [
    ["ofOneJockey", examples.filter((each) => !each.archive)],
    ["needsArchive", examples.filter((each) => each.archive)],
  ];
  return (
    <section className="examples" aria-label={say("examples")}>
      <div className="graphiql-doc-explorer-title">{say("examples")}</div>
      {parts.map(([name, shown]) => (
        <div key={name}>
          <h3>{say(name)}</h3>
          {shown.map((example) => (
            <button key={example.title} type="button" onClick={() => open(example)}>
              <strong>{example.title}</strong>
              <span>{example.lesson}</span>
            </button>
          ))}
        </div>
      ))}
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" height="1em">
      <path d="M9 18h6M10 21h4M9.5 15.5c0-1-.4-1.7-1.1-2.4a5.5 5.5 0 1 1 7.2 0c-.7.7-1.1 1.4-1.1 2.4Z" />
    </svg>
  );
}

export const examplesPlugin = { title: say("examples"), icon: Icon, content: Panel };
