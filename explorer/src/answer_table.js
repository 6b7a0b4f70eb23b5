// Lists of objects in an answer as tables, and tables as CSV.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Every list of objects in an answer, but for those within rows: `{ path, rows }`. */
export function lists(value, path = []) {
  if (Array.isArray(value)) {
    return value.some(isObject) ? [{ path: path.join("."), rows: value.filter(isObject).map((row) => flat(row)) }] : [];
  }
  return isObject(value) ? Object.entries(value).flatMap(([name, item]) => lists(item, [...path, name])) : [];
}

/** A row with nested names joined by dots; lists stay as they are. */
function flat(row, prefix = "") {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      isObject(value) ? Object.entries(flat(value, `${prefix}${name}.`)) : [[`${prefix}${name}`, value]]),
  );
}

/** The columns of rows, in the order in which they come up; one that is null here and an object there is the latter. */
export function columns(rows) {
  const names = [...new Set(rows.flatMap(Object.keys))];
  return names.filter((name) => !names.some((each) => each.startsWith(`${name}.`)));
}

export const cell = (value) => (value == null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

// Full width too: spreadsheets of East Asian locales run it alike.
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const NUMBER = /^[-+]?\d+(\.\d+)?$/;

/** CSV (RFC 4180) for spreadsheets: with a mark for UTF-8, and an apostrophe before what would run as a formula. */
export function csv(rows) {
  const names = columns(rows);
  const written = (value) => {
    const text = cell(value);
    const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return `\ufeff${lines.map((line) => `${line.map(written).join(",")}\r\n`).join("")}`;
}
