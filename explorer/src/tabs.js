// Opens an operation in a tab of its own, or finds the tab that holds it.

import { useEditorContext } from "@graphiql/react";
import { useEffect, useState } from "react";

/** The text of an operation's variables, as the editors want it. */
export const json = (variables) =>
  typeof variables === "string" ? variables : variables ? JSON.stringify(variables, null, 2) : "";

/** Gives a function of `{ query, variables }` that shows it in a tab. */
export function useOpen() {
  const { addTab, changeTab, queryEditor, tabs, variableEditor } = useEditorContext({ nonNull: true });
  const [wanted, setWanted] = useState(null);

  // The editors show a new tab only after it was rendered; until then they would write into the old one.
  useEffect(() => {
    if (!wanted) return;
    queryEditor.setValue(wanted.query);
    variableEditor.setValue(json(wanted.variables));
    setWanted(null);
  }, [wanted]);

  return (operation) => {
    const found = tabs.findIndex((tab) => tab.query === operation.query);
    if (found >= 0) return changeTab(found);
    addTab();
    setWanted(operation);
  };
}

/** What the open tab holds: `{ query, variables, operationName }`, `variables` as text. */
export function useOpenTab() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  return () => ({
    query: queryEditor?.getValue() ?? "",
    variables: variableEditor?.getValue() ?? "",
    operationName: queryEditor?.operationName ?? undefined,
  });
}
