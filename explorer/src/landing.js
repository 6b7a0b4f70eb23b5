// Makes the landing page live: its commands name this host, and its query can be run.

import { show } from "./highlight.js";
import { inWords, keyHeaders } from "./key.js";

const find = (id) => document.getElementById(id);

for (const each of document.querySelectorAll("[data-url]")) {
  each.textContent = new URL(each.dataset.url, document.baseURI);
}

async function run() {
  const start = performance.now();
  find("run").disabled = true;
  try {
    const response = await fetch("graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...keyHeaders() },
      body: JSON.stringify({ query: find("query").textContent }),
    });
    const answer = await response.json();
    const spent = `HTTP ${response.status} · ${Math.round(performance.now() - start)} ms`;
    find("outcome").textContent = [spent, inWords(response)].filter(Boolean).join(" · ");
    show(find("answer"), JSON.stringify(answer, null, 2));
  } catch (error) {
    find("outcome").textContent = `No answer: ${error.message}`;
  }
  find("run").disabled = false;
}

find("run").hidden = false;
find("run").addEventListener("click", run);
