// The Collections panel: operations that a person has saved, by collection.

import { useRef, useState } from "react";

import { merged, read, saved, store, written } from "./collections.js";
import { download } from "./download.js";
import { useOpen, useOpenTab } from "./tabs.js";
import { say } from "./texts.js";

function Panel() {
  const [operations, setOperations] = useState(saved);
  const [outcome, setOutcome] = useState("");
  const openTab = useOpenTab();
  const open = useOpen();

  const change = (next, done, failed) => {
    try {
      setOperations(store(next()));
      setOutcome(done());
    } catch (error) {
      setOutcome(say(failed, { reason: error.message }));
    }
  };
  const save = (event) => {
    event.preventDefault();
    const { collection, name } = Object.fromEntries(new FormData(event.target));
    const { query, variables } = openTab();
    const added = { collection: collection.trim(), name: name.trim(), query, variables };
    change(() => merged(saved(), [added]), () => say("saved", added), "notSaved");
  };
  const remove = (operation) => {
    const isOther = (each) => each.collection !== operation.collection || each.name !== operation.name;
    change(() => saved().filter(isOther), () => say("removed", operation), "notSaved");
  };
  const load = async ({ target }) => {
    const [file] = target.files;
    const text = file.size < 4_000_000 ? await file.text() : " ".repeat(4_000_000);
    target.value = "";
    let count = 0;
    const next = () => {
      const added = read(text);
      count = added.length;
      return merged(saved(), added);
    };
    change(next, () => say("imported", { count }), "notImported");
  };

  return (
    <section className="collections" aria-label={say("collections")}>
      <div className="graphiql-doc-explorer-title">{say("collections")}</div>
      <p>{say("collectionsHelp")}</p>
      <form onSubmit={save}>
        <label>
          {say("collection")} <input name="collection" required maxLength="200" pattern=".*\S.*" list="collections" />
        </label>
        <datalist id="collections">
          {[...new Set(operations.map((each) => each.collection))].map((each) => <option key={each} value={each} />)}
        </datalist>
        <label>
          {say("name")} <input name="name" required maxLength="200" pattern=".*\S.*" />
        </label>
        <button type="submit" className="graphiql-button">{say("save")}</button>
      </form>
      <output>{outcome}</output>
      {operations.length ? <Saved operations={operations} open={open} remove={remove} /> : <p>{say("noCollections")}</p>}
      <Files operations={operations} load={load} />
    </section>
  );
}

function Saved({ operations, open, remove }) {
  const names = [...new Set(operations.map((each) => each.collection))];
  return names.map((collection) => (
    <div key={collection}>
      <h3>{collection}</h3>
      <ul>
        {operations.filter((each) => each.collection === collection).map((each) => (
          <li key={each.name}>
            <button type="button" onClick={() => open(each)}>{each.name}</button>
            <button type="button" aria-label={say("remove_", each)} onClick={() => remove(each)}>×</button>
          </li>
        ))}
      </ul>
    </div>
  ));
}

function Files({ operations, load }) {
  const input = useRef(null);
  return (
    <p className="files">
      <button type="button" className="graphiql-button" disabled={!operations.length}
        onClick={() => download("collections.json", written(operations), "application/json")}>
        {say("exportAll")}
      </button>
      <button type="button" className="graphiql-button" onClick={() => input.current.click()}>{say("importFile")}</button>
      <input ref={input} type="file" accept="application/json,.json" hidden aria-label={say("importFile")} onChange={load} />
    </p>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" height="1em">
      <path d="M6 3h12v18l-6-4.5L6 21Z" />
    </svg>
  );
}

export const collectionsPlugin = { title: say("collections"), icon: Icon, content: Panel };
