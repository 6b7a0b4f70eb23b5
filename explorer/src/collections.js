// Saved operations by collection, in this browser's storage; written to and read from files of JSON.

const STORED = "explorer:collections";
const MOST_BYTES = 1_000_000;
const MOST_OPERATIONS = 500;
const FORMAT = "graphql-api-collections";

const isText = (value, most) => typeof value === "string" && value.length > 0 && value.length <= most;

function isOperation(each) {
  const { collection, name, query, variables = "" } = each ?? {};
  return isText(collection, 200) && isText(name, 200) && isText(query, 100_000) && typeof variables === "string";
}

/** The saved operations, each `{ collection, name, query, variables }`, ordered by collection and name. */
export function saved() {
  try {
    return read(localStorage.getItem(STORED) ?? "");
  } catch {
    return [];
  }
}

/** Reads a file's text. Throws an `Error` whose message says what is wrong. */
export function read(text) {
  if (!text) return [];
  if (text.length > MOST_BYTES) throw new Error(`> ${MOST_BYTES} bytes`);
  const { format, operations } = JSON.parse(text);
  if (format !== FORMAT) throw new Error(`"format" ≠ "${FORMAT}"`);
  if (!Array.isArray(operations) || !operations.every(isOperation)) throw new Error('"operations"');
  return operations.map(({ collection, name, query, variables = "" }) => ({ collection, name, query, variables }));
}

export const written = (operations) => `${JSON.stringify({ format: FORMAT, operations }, null, 2)}\n`;

/** Stores operations. Throws an `Error` where they are too many, or the browser has no room. */
export function store(operations) {
  if (operations.length > MOST_OPERATIONS) throw new Error(`> ${MOST_OPERATIONS}`);
  const ordered = operations.toSorted(
    (one, two) => one.collection.localeCompare(two.collection) || one.name.localeCompare(two.name));
  const text = written(ordered);
  if (text.length > MOST_BYTES) throw new Error(`> ${MOST_BYTES} bytes`);
  localStorage.setItem(STORED, text);
  return ordered;
}

/** Adds operations to others. One with a name that is taken, and another content, gets a number: nothing is lost. */
export function merged(operations, added) {
  const all = [...operations];
  for (const each of added) {
    const twin = (name) => all.find((held) => held.collection === each.collection && held.name === name);
    let name = each.name;
    for (let number = 2; twin(name); number++) {
      if (twin(name).query === each.query && twin(name).variables === each.variables) break;
      name = `${each.name} (${number})`;
    }
    if (!twin(name)) all.push({ ...each, name });
  }
  return all;
}
