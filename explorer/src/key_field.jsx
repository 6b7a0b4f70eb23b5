// Where a key is entered in the explorer; with another key, the schema is asked for again.

import { useSchemaStore } from "@graphiql/react";
import { useState } from "react";

import { keepKey, key } from "./key.js";
import { say } from "./texts.js";

export function KeyField() {
  const { introspect } = useSchemaStore();
  const [text, setText] = useState(key);
  const use = (event) => {
    event.preventDefault();
    keepKey(text);
    introspect();
  };
  return (
    <form className="key" onSubmit={use}>
      <label>
        {say("key")}{" "}
        <input
          type="password"
          name="api-key"
          autoComplete="off"
          spellCheck={false}
          placeholder="jk_…"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="graphiql-button">
        {say("useKey")}
      </button>
    </form>
  );
}
