// Searches the guides, the routes, and the fields of the schema, in English and Japanese: 勝率 finds winRate.

import { language, text } from "./language.js";

const ROOT = new URL("../", import.meta.url);
const MOST = 30;
const SHOWN = 160;

const TEXTS = {
  label: { en: "Search the documentation", ja: "ドキュメントを検索" },
  hint: { en: "win rate, 勝率, filter …", ja: "勝率、winRate、絞り込み …" },
  none: { en: "Nothing is found.", ja: "見つかりませんでした。" },
  found: { en: "{count} results", ja: "{count}件" },
  guide: { en: "Guide", ja: "ガイド" },
  field: { en: "GraphQL", ja: "GraphQL" },
  route: { en: "REST", ja: "REST" },
};

/** One spelling of equal texts: width, case, and kana do not count. */
const folded = (words) =>
  words.normalize("NFKC").toLowerCase().replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));

/** The types and fields of an SDL with their descriptions. */
export function fields(sdl) {
  const found = [];
  let owner = "";
  let weight = 0;
  let about = "";
  const pattern = /"""([\s\S]*?)"""|^(type|input|enum|interface|scalar|union) (\w+)|^ {2}(\w+)[^\n]*/gm;
  for (const [line, description, keyword, type, field] of sdl.matchAll(pattern)) {
    if (description !== undefined) {
      about = description.replace(/\s+/g, " ").trim();
      continue;
    }
    if (type) {
      owner = type;
      weight = keyword === "type" ? 1 : 0; // what is returned comes before what is asked with
    }
    const signature = field ? line.trim().replace(/\($/, "(…)") : "";
    const title = field ? `${owner}.${signature}` : owner;
    found.push({ kind: "field", title, text: about, name: field ?? owner, weight, href: "schema.graphql" });
    about = "";
  }
  return found;
}

async function fetched(path, read) {
  try {
    const response = await fetch(new URL(path, ROOT));
    return response.ok ? await read(response) : null;
  } catch {
    return null;
  }
}

async function entries() {
  const [guides, sdl, spec] = await Promise.all([
    fetched("docs/guides.json", (each) => each.json()),
    fetched("schema.graphql", (each) => each.text()),
    fetched("openapi.json", (each) => each.json()),
  ]);
  const sections = (guides ?? []).flatMap(({ name, title, sections: parts }) =>
    parts.map(({ anchor, heading, text: body }) => ({
      kind: "guide", name: heading, title: heading === title ? title : `${title} › ${heading}`, text: body, href: `docs/${name}#${anchor}`,
    })));
  const routes = Object.entries(spec?.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).filter(([, each]) => each.operationId).map(([method, { operationId, summary = "", description = "" }]) => ({
      kind: "route", name: operationId, title: `${method.toUpperCase()} ${path}`, text: `${summary} ${description}`, href: `docs#${operationId}`,
    })));
  return [...sections, ...routes, ...fields(sdl ?? "")].map((each) => ({
    ...each, foldedName: folded(each.name), foldedText: folded(`${each.title} ${each.text}`),
  }));
}

/** How well an entry fits; 0 is not at all. A name counts more than a text, a whole word more than a part. */
function score({ foldedName, foldedText, kind, weight = 0 }, words) {
  if (!words.every((word) => foldedText.includes(word) || foldedName.includes(word))) return 0;
  const inName = words.filter((word) => foldedName.includes(word)).length;
  const isName = foldedName === words.join("") ? 4 : 0;
  const isDefinition = words.some((word) => foldedText.includes(`(${word}`)) ? 2 : 0;
  return 1 + inName + isName + isDefinition + weight + (kind === "guide" ? 0.5 : 0);
}

/** The best entries for what was typed; equal fields of several types count once. */
export function find(all, typed) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const seen = new Set();
  return all
    .map((entry) => ({ entry, points: score(entry, words) }))
    .filter(({ points }) => points)
    .sort((one, two) => two.points - one.points)
    .filter(({ entry }) => {
      const same = `${entry.kind} ${entry.kind === "field" ? entry.name + entry.text : entry.title}`;
      return !seen.has(same) && seen.add(same);
    })
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function shown({ kind, title, text: body, href }) {
  const excerpt = body.length > SHOWN ? `${body.slice(0, SHOWN)}…` : body;
  return element("li", {},
    element("span", { className: "type" }, `${text(TEXTS[kind])} `),
    element("a", { href: new URL(href, ROOT) }, title),
    element("p", {}, excerpt));
}

/** The form with its results; what it searches is loaded when it is first used. */
export function searchForm() {
  let loaded;
  const input = element("input", { type: "search", id: "search", placeholder: text(TEXTS.hint), autocomplete: "off", spellcheck: false });
  const outcome = element("output", { htmlFor: "search" });
  const results = element("ol", { className: "results" });
  const refresh = async () => {
    const all = await (loaded ??= entries());
    const found = find(all, input.value);
    results.replaceChildren(...found.map(shown));
    outcome.textContent = !input.value.trim() ? "" : found.length ? text(TEXTS.found, { count: found.length }) : text(TEXTS.none);
  };
  input.addEventListener("input", refresh);
  const form = element("form", { role: "search", lang: language }, element("label", { htmlFor: "search" }, text(TEXTS.label)), input, outcome, results);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    results.querySelector("a")?.click();
  });
  return form;
}
