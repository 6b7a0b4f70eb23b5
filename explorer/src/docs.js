// Shows the OpenAPI 3.1 document of the service, and lets each GET route be tried.

import { show } from "./highlight.js";
import { inWords, keepKey, key, keyHeaders } from "./key.js";
import { searchForm } from "./search.js";

const main = document.getElementById("routes");

/** Makes an element: `el("a", { href: "#" }, "text", child)`; null children are left out. */
function el(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset);
  node.append(...children.flat(Infinity).filter((child) => child != null));
  return node;
}

/** Description text: paragraphs, with `code`. */
function prose(text = "") {
  return text.split(/\n\s*\n/).filter(Boolean).map((paragraph) =>
    el("p", {}, paragraph.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part))));
}

/** Follows a reference within the document; what stands beside it wins. */
function resolver(document) {
  const resolve = (node) => {
    if (!node?.$ref) return node ?? {};
    const { $ref, ...own } = node;
    const steps = $ref.slice(2).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    return { ...resolve(steps.reduce((at, step) => at?.[step], document)), ...own };
  };
  return resolve;
}

// ── Schemas ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function typeName(schema, resolve) {
  const own = resolve(schema);
  if (own.const !== undefined) return JSON.stringify(own.const);
  if (own.enum) return own.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = own.oneOf ?? own.anyOf;
  if (choices) return [...new Set(choices.map((choice) => typeName(choice, resolve)))].join(" | ");
  const types = [own.type ?? (own.properties ? "object" : "any")].flat();
  return types.map((type) => (type === "array" ? `${typeName(own.items, resolve)}[]` : type)).join(" | ")
    + (own.format ? ` (${own.format})` : "");
}

/** The properties of an object, or of the objects in an array, as nested lists. */
function schemaTree(schema, resolve, depth = 0) {
  const own = resolve(schema);
  const inner = own.items ? resolve(own.items) : own;
  const properties = Object.entries(inner.properties ?? {});
  if (!properties.length || depth > 5) return null;
  return el("ul", { className: "schema" }, properties.map(([name, property]) =>
    el("li", {},
      el("code", {}, name), " ", el("span", { className: "type" }, typeName(property, resolve)),
      inner.required?.includes(name) ? null : el("span", { className: "type" }, ", optional"),
      prose(resolve(property).description),
      schemaTree(property, resolve, depth + 1))));
}

function responses(operation, resolve) {
  return Object.entries(operation.responses ?? {}).map(([status, reference]) => {
    const response = resolve(reference);
    const contents = Object.entries(response.content ?? {});
    const headers = Object.entries(response.headers ?? {});
    return el("details", { className: "response" },
      el("summary", {}, el("code", { dataset: { status: status[0] } }, status), " ", response.description ?? ""),
      contents.map(([type, { schema, example, examples }]) => [
        el("p", {}, el("code", {}, type), " ", el("span", { className: "type" }, schema ? typeName(schema, resolve) : "")),
        prose(resolve(schema).description),
        schema ? schemaTree(schema, resolve) : null,
        [...(example === undefined ? [] : [{ value: example }]), ...Object.values(examples ?? {})].map(({ summary, value }) => [
          summary ? el("p", {}, summary) : null,
          code(typeof value === "string" ? value : JSON.stringify(value, null, 2)),
        ]),
      ]),
      headers.length ? el("ul", { className: "schema" }, headers.map(([name, header]) =>
        el("li", {}, el("code", {}, name), prose(resolve(header).description)))) : null);
  });
}

function code(text) {
  const inside = el("code");
  show(inside, text);
  return el("pre", { tabIndex: 0 }, inside);
}

// ── Trying a route ───────────────────────────────────────────────────────────────────────────────────────────────────

/** What can be entered for a parameter; `fields` are read when the request is made. */
function entry(parameter, resolve, id, path) {
  const schema = resolve(parameter.schema);
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => parameter.name !== "filter" || !isFixed(name, path));
  if (!properties.length) {
    const one = field(parameter, schema, id);
    return { fields: [one], row: one.row };
  }
  // An object whose properties are parameters of their own (style "form", exploded).
  const fields = properties.map(([name, property]) => {
    const own = resolve(property);
    const shown = { name, in: parameter.in, description: own.description, example: parameter.example?.[name] };
    return { ...field(shown, own, `${id}-${name}`), neededBy: own["x-needed-by"] };
  });
  const group = el("fieldset", { className: "group" },
    el("legend", {}, el("code", {}, parameter.name), " ", el("span", { className: "type" }, `${fields.length} parameters`)),
    prose(parameter.description),
    el("div", { className: "properties", tabIndex: 0 }, fields.map(({ row }) => row)));
  return { fields, row: group };
}

/** A filter on what the path names finds all races or none: `jockey_id`, `jockey_id_in`. */
function isFixed(name, path) {
  return [...path.matchAll(/{(\w+)}/g)].some(([, known]) => name === known || name.startsWith(`${known}_`));
}

function field(parameter, schema, id) {
  const { name, required } = parameter;
  const input = control(parameter, schema, id);
  const type = typeName(schema, (node) => node ?? {});
  const row = el("div", { className: "field" },
    el("label", { htmlFor: id }, el("code", {}, name), " ",
      el("span", { className: "type" }, `${parameter.in}, ${type}${required ? "" : ", optional"}`)),
    input, prose(parameter.description));
  return { parameter, free: schema.type === "object", input, row };
}

function control(parameter, schema, id) {
  const { name, required } = parameter;
  const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
  if (choices) {
    return el("select", { id, name }, required ? null : el("option", { value: "" }, "—"),
      choices.map((value) => el("option", { value }, String(value))));
  }
  const example = parameter.example ?? Object.values(parameter.examples ?? {})[0]?.value ?? schema.examples?.[0];
  // What must be given has its example filled in; the rest only shows it.
  const given = required ? { value: example ?? "" } : { placeholder: example ?? schema.default ?? "" };
  const common = { id, name, required: !!required, spellcheck: false, autocomplete: "off" };
  if (schema.type !== "object") return el("input", { ...common, ...given });
  const area = el("textarea", { ...common, rows: 3, placeholder: '{"name": "value"}' });
  area.addEventListener("input", () => area.setCustomValidity(pairs(area.value) ? "" : "A JSON object is wanted."));
  return area;
}

/** The properties of a JSON object as texts, a list as several; null for what is no object. */
function pairs(text) {
  if (!text.trim()) return [];
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
    const written = (item) => (typeof item === "string" ? item : JSON.stringify(item));
    return Object.entries(value).flatMap(([name, items]) => [items].flat().map((item) => [name, written(item)]));
  } catch {
    return null;
  }
}

/** Fill in the examples of what the chosen operation cannot do without, and empty what only another one needs. */
function fillNeeded(fields) {
  const operation = fields.find(({ parameter }) => parameter.in === "path")?.input.value;
  for (const { input, neededBy } of fields) {
    if (neededBy?.includes(operation)) input.value ||= input.placeholder;
    else if (neededBy?.length && input.value === input.placeholder) input.value = "";
  }
}

/** The request that the fields describe. */
function request(path, fields) {
  let filled = path.slice(1);
  const query = new URLSearchParams();
  const headers = {};
  for (const { parameter, free, input } of fields) {
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value === "") continue;
    else if (free) for (const pair of pairs(input.value) ?? []) query.append(...pair);
    else if (parameter.in === "query") query.append(parameter.name, input.value);
    else if (parameter.in === "header") headers[parameter.name] = input.value;
  }
  return { url: new URL(filled + (query.size ? `?${query}` : ""), document.baseURI), headers };
}

function curl({ url, headers }) {
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const sent = Object.entries(headers).map((each) => `-H ${quoted(each.join(": "))}`);
  return ["curl -s", quoted(url.href), ...sent, ...(key() ? ['-H "X-API-Key: $KEY"'] : [])].join(" ");
}

async function send({ url, headers }, outcome, body) {
  const start = performance.now();
  try {
    const response = await fetch(url, { headers: { ...keyHeaders(), ...headers }, cache: "no-store" });
    const content = await response.blob();
    const size = (content.size / 1000).toFixed(1);
    const spent = `HTTP ${response.status} · ${Math.round(performance.now() - start)} ms · ${size} kB`;
    outcome.textContent = [spent, inWords(response)].filter(Boolean).join(" · ");
    const readable = /^text\/|json/.test(content.type);
    show(body, readable ? pretty(await content.text()) || "(no body)" : `(${content.type || "no body"})`);
  } catch (error) {
    outcome.textContent = "No answer";
    show(body, error.message);
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function trial(path, parameters, resolve, id) {
  const entries = parameters.map((parameter) => entry(parameter, resolve, `${id}-${parameter.name}`, path));
  const fields = entries.flatMap((each) => each.fields);
  const command = el("code", { className: "curl" });
  const outcome = el("output");
  const body = el("code");
  const answer = el("pre", { tabIndex: 0, hidden: true }, body);
  const refresh = () => (command.textContent = curl(request(path, fields)));
  const form = el("form", {},
    entries.map(({ row }) => row),
    el("pre", { tabIndex: 0 }, command),
    el("p", { className: "actions" }, el("button", { type: "submit" }, "Send"), outcome),
    answer);
  form.addEventListener("change", () => {
    fillNeeded(fields);
    refresh();
  });
  form.addEventListener("input", refresh);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(request(path, fields), outcome, body);
    answer.hidden = false;
  });
  fillNeeded(fields);
  refresh();
  return form;
}

// ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function operations(spec) {
  return Object.entries(spec.paths ?? {}).flatMap(([path, item]) =>
    ["get", "post", "put", "patch", "delete"].filter((method) => item[method]).map((method) => {
      const operation = item[method];
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      return { path, method, operation, parameters, id: operation.operationId ?? `${method}${path}` };
    }));
}

function section({ path, method, operation, parameters, id }, resolve) {
  return el("section", { className: "operation", id },
    el("h3", {}, el("span", { className: "method" }, method), " ", el("code", {}, path)),
    operation.summary ? el("p", { className: "summary" }, operation.summary) : null,
    prose(operation.description),
    method === "get" ? trial(path, parameters.map(resolve), resolve, id) : null,
    el("h4", {}, "Responses"),
    responses(operation, resolve));
}

/** Where a key is entered, for servers that ask for one. */
function keyForm() {
  const input = el("input", {
    id: "api-key", type: "password", placeholder: "jk_…", value: key(), autocomplete: "off", spellcheck: false,
  });
  input.addEventListener("input", () => {
    keepKey(input.value);
    for (const form of main.querySelectorAll("section form")) form.dispatchEvent(new Event("input"));
  });
  return el("details", { className: "key", open: Boolean(key()) },
    el("summary", {}, "API key"),
    el("p", {}, "Where this server asks for one: it is sent with what is tried here, and kept for this tab alone."),
    el("label", { htmlFor: "api-key" }, "Key "), input);
}

function render(spec) {
  const resolve = resolver(spec);
  const all = operations(spec);
  const contents = el("nav", { className: "contents", ariaLabel: "Routes" }, el("ul", {}, all.map(({ id, method, path, operation }) =>
    el("li", {}, el("a", { href: `#${id}` }, el("span", { className: "method" }, method), " ", el("code", {}, path)),
      el("span", { className: "type" }, operation.summary ?? "")))));
  main.replaceChildren(
    el("h3", {}, spec.info.title, " ", el("small", {}, spec.info.version)),
    ...prose(spec.info.description),
    keyForm(),
    contents,
    ...all.map((each) => section(each, resolve)));
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

/** The trusted operations of this server, if it has some. */
function listOperations(operations) {
  const place = document.getElementById("operations");
  const rows = operations.map(({ name, description, variables, href }) =>
    el("tr", {},
      el("th", { scope: "row" }, el("a", { href }, name)),
      el("td", {}, description),
      el("td", {}, Object.entries(variables).map(([variable, type]) => el("div", {}, el("code", {}, `${variable}: ${type}`))))));
  place.replaceChildren(
    el("h2", {}, "Trusted operations"),
    el("p", {}, "Queries that this server has by name. They are sent as GET requests; as a list: ", el("a", { href: "q" }, "q"), "."),
    el("div", { className: "wide", tabIndex: 0 },
      el("table", {}, el("thead", {}, el("tr", {}, ["Name", "What it returns", "Variables"].map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", {}, rows))));
  place.hidden = false;
}

for (const place of document.querySelectorAll("[data-search]")) place.append(searchForm());

try {
  const response = await fetch("q", { headers: keyHeaders() });
  const { operations = [] } = response.ok ? await response.json() : {};
  if (operations.length) listOperations(operations);
} catch {
  // The page is of use without the list.
}

try {
  const response = await fetch("openapi.json");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  render(await response.json());
} catch (error) {
  main.append(el("p", { role: "alert" }, `The OpenAPI document could not be shown: ${error.message}`));
}
main.ariaBusy = "false";
