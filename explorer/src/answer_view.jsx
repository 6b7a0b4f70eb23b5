// What is below an answer: how it went, the answer as a table, and as a file.

import { useEditorContext } from "@graphiql/react";
import { useEffect, useMemo, useState } from "react";

import { cell, columns, csv, lists } from "./answer_table.js";
import { download } from "./download.js";
import { say } from "./texts.js";

const SHOWN_ROWS = 500;

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The text of the answer that is shown, followed only while it is wanted. */
function useAnswer(isWanted) {
  const { responseEditor } = useEditorContext({ nonNull: true });
  const [text, setText] = useState("");
  useEffect(() => {
    if (!isWanted || !responseEditor) return undefined;
    const read = () => setText(responseEditor.getValue());
    read();
    responseEditor.on("change", read);
    return () => responseEditor.off("change", read);
  }, [isWanted, responseEditor]);
  return text;
}

export function AnswerView({ report, children }) {
  const { responseEditor, queryEditor } = useEditorContext({ nonNull: true });
  const [isTable, setTable] = useState(false);
  const [place, setPlace] = useState(0);
  const text = useAnswer(isTable);
  const tables = useMemo(() => (isTable ? lists(parsed(text)?.data) : []), [isTable, text]);
  const shown = tables[Math.min(place, tables.length - 1)];

  const name = () => queryEditor?.operationName ?? "response";
  const saveJson = () => {
    const content = responseEditor.getValue();
    if (!content.trim()) return report(say("noAnswer"));
    download(`${name()}.json`, content, "application/json");
  };
  const saveCsv = () => {
    const found = lists(parsed(responseEditor.getValue())?.data);
    const chosen = found[isTable ? Math.min(place, found.length - 1) : 0];
    if (!chosen) return report(say("noTable"));
    download(`${name()}.csv`, csv(chosen.rows), "text/csv");
  };

  return (
    <>
      {isTable && <TableView tables={tables} shown={shown} place={place} setPlace={setPlace} />}
      <div className="footer">
        {children}
        <span className="actions">
          <button type="button" className="graphiql-button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {say("table")}
          </button>
          <button type="button" className="graphiql-button" aria-label={say("download", { name: "JSON" })} onClick={saveJson}>
            ↓ JSON
          </button>
          <button type="button" className="graphiql-button" aria-label={say("download", { name: "CSV" })} onClick={saveCsv}>
            ↓ CSV
          </button>
        </span>
      </div>
    </>
  );
}

function TableView({ tables, shown, place, setPlace }) {
  if (!shown) return <div className="table-view"><p>{say("noTable")}</p></div>;
  const { path, rows } = shown;
  const names = columns(rows);
  const some = rows.length > SHOWN_ROWS;
  return (
    <div className="table-view">
      <p>
        {tables.length > 1 && (
          <label>
            {say("list")}{" "}
            <select value={place} onChange={(event) => setPlace(Number(event.target.value))}>
              {tables.map((each, index) => <option key={each.path} value={index}>{each.path}</option>)}
            </select>{" "}
          </label>
        )}
        {some ? say("someRows", { shown: SHOWN_ROWS, count: rows.length }) : say("rows", { count: rows.length })}
      </p>
      <div className="table-frame" tabIndex={0} role="region" aria-label={`${say("table")}: ${path}`}>
        <table>
          <thead>
            <tr>{names.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN_ROWS).map((row, index) => (
              <tr key={index}>
                {names.map((name) => (
                  <td key={name} className={typeof row[name] === "number" ? "number" : undefined}>{cell(row[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
