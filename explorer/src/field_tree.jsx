// The panel in which a query is clicked together, made usable by keyboard and for comments in the query.

import { useOperationsEditorState, useOptimisticState } from "@graphiql/react";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useEffect, useRef } from "react";

import { withComments } from "./comments.js";
import { say } from "./texts.js";

const plugin = explorerPlugin();
const Tree = plugin.content().type;

const TICKED = "[data-field-name], [data-arg-name] > span, .graphiql-explorer-root div > span[style*=cursor]";

/** Tells what an element of the tree is to those who do not see it, and lets the Tab key reach it. */
function describe(root) {
  for (const each of root.querySelectorAll(TICKED)) {
    if (!each.querySelector("svg")) continue;
    each.tabIndex = 0;
    each.setAttribute("role", "checkbox");
    each.setAttribute("aria-checked", isTicked(each));
  }
  for (const each of root.querySelectorAll("[data-arg-name] :is(input, select)")) {
    each.setAttribute("aria-label", each.closest("[data-arg-name]").dataset.argName);
  }
  const named = [
    [".graphiql-operation-title-bar input", "operationName"],
    [".graphiql-explorer-actions select", "newOperation"],
    [".graphiql-explorer-actions button", "add"],
    [".graphiql-operation-title-bar button:nth-last-of-type(2)", "remove"],
    [".graphiql-operation-title-bar button:last-of-type", "duplicate"],
  ];
  for (const [selector, name] of named) {
    for (const each of root.querySelectorAll(selector)) each.setAttribute("aria-label", say(name));
  }
}

/** An open arrow is turned; a ticked box has a second path. */
const isTicked = (element) =>
  element.querySelector("svg")?.style.transform.includes("90") || element.querySelector("svg path + path, svg circle + path") !== null;

function onKeyDown(event) {
  const { key, target } = event;
  if (target.getAttribute("role") !== "checkbox") return;
  if (key === "Enter" || key === " ") {
    event.preventDefault();
    target.click();
  }
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (key in steps) {
    event.preventDefault();
    const all = [...event.currentTarget.querySelectorAll("[role=checkbox]")];
    all[all.indexOf(target) + steps[key]]?.focus();
  }
}

function Panel() {
  const root = useRef(null);
  const [query, edit] = useOptimisticState(useOperationsEditorState());
  useEffect(() => {
    const refresh = () => describe(root.current);
    const observer = new MutationObserver(refresh);
    observer.observe(root.current, { subtree: true, childList: true, attributes: true, attributeFilter: ["style"] });
    refresh();
    return () => observer.disconnect();
  }, []);
  return (
    <section className="fields" aria-label={say("fields")} ref={root} onKeyDown={onKeyDown}>
      <div className="graphiql-doc-explorer-title">{say("fields")}</div>
      <p>{say("fieldsHelp")}</p>
      <Tree showAttribution={false} query={query} onEdit={(text) => edit(withComments(query, text))} />
    </section>
  );
}

export const fieldsPlugin = { title: say("fields"), icon: plugin.icon, content: Panel };
