// GraphiQL with the click-together explorer and the example queries, talking to the very URL that served this page.

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useEditorContext, usePluginStore } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./explorer.css";
import { OPEN, examples, json } from "./examples.js";
import { examplesPlugin } from "./examples_panel.jsx";
import { measuredFetcher } from "./fetcher.js";
import { key } from "./key.js";
import { KeyField } from "./key_field.jsx";

const PANEL = "explorer:panel";

const plugins = [explorerPlugin({ showAttribution: false }), examplesPlugin];
const tabs = examples.slice(0, OPEN).map(({ query, variables }) => ({ query, variables: json(variables) }));
const remember = (plugin) => localStorage.setItem(PANEL, plugin?.title ?? "");

/** Opens the panel that was open last, at first the click-together explorer: GraphiQL itself forgets it. */
function restorePanel() {
  const title = localStorage.getItem(PANEL) ?? plugins[0].title;
  if (title) document.querySelector(`[aria-label="Show ${CSS.escape(title)}"]`)?.click();
}

/** The line below an answer; being inside GraphiQL, it also sets what GraphiQL has no properties for. */
function Footer({ measured, isKeyed }) {
  const { queryEditor } = useEditorContext({ nonNull: true });
  const { plugins: shown } = usePluginStore();
  useEffect(() => queryEditor?.setOption("lineWrapping", true), [queryEditor]);
  useEffect(restorePanel, [shown.length]);
  return (
    <div className="footer">
      <output className="measured">{measured}</output>
      {isKeyed && <KeyField />}
    </div>
  );
}

function App() {
  const [measured, setMeasured] = useState("");
  const [isKeyed, setKeyed] = useState(Boolean(key()));
  const [fetcher] = useState(() => measuredFetcher(location.pathname, setMeasured, () => setKeyed(true)));
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultTabs={tabs}
      defaultQuery=""
      onTogglePluginVisibility={remember}
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <a className="home" href="./">
          Jockey results
        </a>
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <Footer measured={measured} isKeyed={isKeyed} />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

createRoot(document.getElementById("explorer")).render(<App />);
