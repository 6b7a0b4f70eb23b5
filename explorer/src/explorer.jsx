// GraphiQL with the field tree, examples, collections and links, talking to the very URL that served this page.

import { useEditorContext, usePluginStore } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./explorer.css";
import { AnswerView } from "./answer_view.jsx";
import { collectionsPlugin } from "./collections_panel.jsx";
import { OPEN, examples, translated } from "./examples.js";
import { examplesPlugin } from "./examples_panel.jsx";
import { measuredFetcher } from "./fetcher.js";
import { fieldsPlugin } from "./field_tree.jsx";
import { key } from "./key.js";
import { KeyField } from "./key_field.jsx";
import { makeReachable } from "./keyboard.js";
import { choose, language, other } from "./language.js";
import { forget, opened } from "./share.js";
import { json } from "./tabs.js";
import { say } from "./texts.js";
import { Buttons } from "./toolbar.jsx";

const PANEL = "explorer:panel";
const TABS = "graphiql:tabState";

const plugins = [fieldsPlugin, examplesPlugin, collectionsPlugin];
const panels = Object.fromEntries(plugins.map((plugin, place) => [plugin.title, String(place)]));
const shared = opened();
const remember = (plugin) => localStorage.setItem(PANEL, plugin ? panels[plugin.title] ?? plugin.title : "");

/** The tabs of a new visitor: what a link brought, and the first examples. */
const tabs = [
  ...(shared.query ? [{ query: shared.query, variables: shared.variables }] : []),
  ...examples.slice(0, OPEN).map(({ query, variables }) => ({ query, variables: json(variables) })),
];

/** Opens the panel that was open last, on a wide screen at first the field tree: GraphiQL itself forgets it. */
function restorePanel() {
  const kept = localStorage.getItem(PANEL) ?? (matchMedia("(min-width: 50rem)").matches ? "0" : "");
  const title = plugins[kept]?.title ?? kept;
  if (title) document.querySelector(`[aria-label="Show ${CSS.escape(title)}"]`)?.click();
}

/** Examples that stand in tabs as they are get the texts of the language; what a person has written stays. */
function switchLanguage() {
  const kept = JSON.parse(localStorage.getItem(TABS) ?? "null");
  for (const tab of kept?.tabs ?? []) tab.query = translated(tab.query, other);
  if (kept) localStorage.setItem(TABS, JSON.stringify(kept));
  localStorage.removeItem("graphiql:query");
  choose(other);
  location.replace(location.pathname); // without a language in the URL
}

/** The line below an answer; being inside GraphiQL, it also sets what GraphiQL has no properties for. */
function Footer({ measured, report, isKeyed }) {
  const { headerEditor, queryEditor, responseEditor, variableEditor } = useEditorContext({ nonNull: true });
  const { plugins: shown } = usePluginStore();
  useEffect(() => queryEditor?.setOption("lineWrapping", true), [queryEditor]);
  useEffect(
    () => makeReachable({ query: queryEditor, variables: variableEditor, headers: headerEditor, answer: responseEditor }),
    [queryEditor, variableEditor, headerEditor, responseEditor],
  );
  useEffect(restorePanel, [shown.length]);
  return (
    <AnswerView report={report}>
      <output className="measured">{measured}</output>
      {isKeyed && <KeyField />}
    </AnswerView>
  );
}

function App() {
  const [measured, setMeasured] = useState(shared.notice ?? "");
  const [isKeyed, setKeyed] = useState(Boolean(key()));
  const [fetcher] = useState(() => measuredFetcher(location.pathname, setMeasured, () => setKeyed(true)));
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultTabs={tabs}
      defaultQuery=""
      query={shared.query}
      variables={shared.variables}
      onTogglePluginVisibility={remember}
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>
        <h1>
          <a className="home" href="./">
            {say("title")}
          </a>
        </h1>
        <button type="button" className="home" lang={other} onClick={switchLanguage}>
          {say("switch")}
        </button>
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, copy, merge }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <Buttons report={setMeasured} />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <Footer measured={measured} report={setMeasured} isKeyed={isKeyed} />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

document.documentElement.lang = language;
document.title = say("page");
if (shared.query || shared.notice) forget();
createRoot(document.getElementById("explorer")).render(<App />);
