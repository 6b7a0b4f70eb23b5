// Shows the OpenAPI 3.1 document of the service, and lets each GET route be tried.

import { show } from "./highlight.js";

const main = document.getElementById("docs");

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

/** Follows a reference within the document. */
function resolver(document) {
  const resolve = (node) => {
    if (!node?.$ref) return node ?? {};
    const steps = node.$ref.slice(2).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    return resolve(steps.reduce((at, step) => at?.[step], document));
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
      contents.map(([type, { schema, example }]) => [
        el("p", {}, el("code", {}, type), " ", el("span", { className: "type" }, schema ? typeName(schema, resolve) : "")),
        prose(resolve(schema).description),
        schema ? schemaTree(schema, resolve) : null,
        example === undefined ? null : code(JSON.stringify(example, null, 2)),
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

function field(parameter, resolve, id) {
  const schema = resolve(parameter.schema);
  const example = parameter.example ?? Object.values(parameter.examples ?? {})[0]?.value ?? schema.examples?.[0];
  // What must be given has its example filled in; the rest only shows it.
  const given = parameter.required ? { value: example ?? "" } : { placeholder: example ?? schema.default ?? "" };
  const input = schema.enum
    ? el("select", { id, name: parameter.name }, parameter.required ? null : el("option", { value: "" }, "—"),
        schema.enum.map((value) => el("option", { value }, String(value))))
    : el("input", { id, name: parameter.name, required: !!parameter.required, spellcheck: false, autocomplete: "off", ...given });
  return { parameter, input, row: el("div", { className: "field" },
    el("label", { htmlFor: id }, el("code", {}, parameter.name), " ",
      el("span", { className: "type" }, `${parameter.in}, ${typeName(schema, resolve)}${parameter.required ? "" : ", optional"}`)),
    input, prose(parameter.description)) };
}

/** The request that the fields describe. */
function request(path, fields) {
  let filled = path.slice(1);
  const query = new URLSearchParams();
  const headers = {};
  for (const { parameter, input } of fields) {
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value === "") continue;
    else if (parameter.in === "query") query.append(parameter.name, input.value);
    else if (parameter.in === "header") headers[parameter.name] = input.value;
  }
  return { url: new URL(filled + (query.size ? `?${query}` : ""), document.baseURI), headers };
}

function curl({ url, headers }) {
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return ["curl -s", quoted(url.href), ...Object.entries(headers).map((each) => `-H ${quoted(each.join(": "))}`)].join(" ");
}

async function send({ url, headers }, outcome, body) {
  const start = performance.now();
  try {
    const response = await fetch(url, { headers, cache: "no-store" });
    const text = await response.text();
    const size = (new Blob([text]).size / 1000).toFixed(1);
    outcome.textContent = `HTTP ${response.status} · ${Math.round(performance.now() - start)} ms · ${size} kB`;
    show(body, pretty(text) || "(no body)");
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
  const fields = parameters.map((parameter) => field(parameter, resolve, `${id}-${parameter.name}`));
  const command = el("code", { className: "curl" });
  const outcome = el("output");
  const body = el("code");
  const answer = el("pre", { tabIndex: 0, hidden: true }, body);
  const refresh = () => (command.textContent = curl(request(path, fields)));
  const form = el("form", {},
    fields.map(({ row }) => row),
    el("pre", { tabIndex: 0 }, command),
    el("p", { className: "actions" }, el("button", { type: "submit" }, "Send"), outcome),
    answer);
  form.addEventListener("input", refresh);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(request(path, fields), outcome, body);
    answer.hidden = false;
  });
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
    el("h2", {}, el("span", { className: "method" }, method), " ", el("code", {}, path)),
    operation.summary ? el("p", { className: "summary" }, operation.summary) : null,
    prose(operation.description),
    method === "get" ? trial(path, parameters.map(resolve), resolve, id) : null,
    el("h3", {}, "Answers"),
    responses(operation, resolve));
}

function render(spec) {
  const resolve = resolver(spec);
  const all = operations(spec);
  const contents = el("nav", { className: "contents", ariaLabel: "Routes" }, el("ul", {}, all.map(({ id, method, path, operation }) =>
    el("li", {}, el("a", { href: `#${id}` }, el("span", { className: "method" }, method), " ", el("code", {}, path)),
      el("span", { className: "type" }, operation.summary ?? "")))));
  document.title = `${spec.info.title} · REST`;
  main.replaceChildren(
    el("h1", {}, spec.info.title, " ", el("small", {}, spec.info.version)),
    ...prose(spec.info.description),
    contents,
    ...all.map((each) => section(each, resolve)));
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

try {
  const response = await fetch("openapi.json");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  render(await response.json());
} catch (error) {
  main.append(el("p", { role: "alert" }, `The OpenAPI document could not be shown: ${error.message}`));
}
main.ariaBusy = "false";
