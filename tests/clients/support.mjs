// What the client scripts share: the endpoint, and the code that docs/clients.md shows.
import { readFileSync } from "node:fs";

export const [endpoint] = process.argv.slice(2);

/** Return the value of `name` as the documentation's block of JavaScript defines it. */
export function documented(name) {
  const page = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  const block = blocks.find((code) => code.includes(`const ${name} =`));
  return new Function(`${block}\nreturn ${name};`)();
}

/** Collect what the library would tell the developer. */
export function collectWarnings() {
  const warnings = [];
  for (const level of ["warn", "error"]) console[level] = (...parts) => warnings.push(parts.join(" "));
  return warnings;
}
