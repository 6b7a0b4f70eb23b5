// An operation as a command or a program that sends it: curl, Python, fetch.

const shell = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A text of several lines in Python; JSON's form wherever a plain literal would read it otherwise. */
const pythonText = (text) => (/["\\]{3}|\\|"$/.test(text) ? JSON.stringify(text) : `"""${text}"""`);

/** JSON as a Python literal. */
function python(value, indent = "    ") {
  const deeper = `${indent}    `;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((each) => python(each, indent)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const items = Object.entries(value).map(([name, item]) => `${deeper}${JSON.stringify(name)}: ${python(item, deeper)},\n`);
  return items.length ? `{\n${items.join("")}${indent}}` : "{}";
}

const scriptText = (text) => (/[`\\]|\$\{/.test(text) ? JSON.stringify(text) : `\`${text}\``);

/** Each form: its name, and how it is made of `{ url, query, variables, operationName, keyed }`. */
export const SNIPPETS = {
  curl: ({ url, keyed, ...asked }) =>
    [
      `curl -s ${shell(url)}`,
      "-H 'Content-Type: application/json'",
      ...(keyed ? ['-H "X-API-Key: $API_KEY"'] : []),
      `-d ${shell(JSON.stringify(asked))}`,
    ].join(" \\\n  ") + "\n",

  Python: ({ url, keyed, query, variables, operationName }) => `import json
import os
import urllib.request

QUERY = ${pythonText(query)}

request = urllib.request.Request(
    ${JSON.stringify(url)},
    data=json.dumps({
        "query": QUERY,
        "variables": ${python(variables ?? {}, "        ")},
        "operationName": ${python(operationName ?? null)},
    }).encode(),
    headers={
        "Content-Type": "application/json",
${keyed ? '        "X-API-Key": os.environ["API_KEY"],\n' : ""}    },
)
with urllib.request.urlopen(request) as response:
    print(json.dumps(json.load(response), ensure_ascii=False, indent=2))
`.replace(keyed ? "\0" : "import os\n", ""),

  fetch: ({ url, keyed, query, variables, operationName }) => `const query = ${scriptText(query)};

const response = await fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
${keyed ? '    "X-API-Key": process.env.API_KEY,\n' : ""}  },
  body: JSON.stringify({
    query,
    variables: ${JSON.stringify(variables ?? {}, null, 2).replaceAll("\n", "\n    ")},
    operationName: ${JSON.stringify(operationName ?? null)},
  }),
});
console.log(JSON.stringify(await response.json(), null, 2));
`,
};
