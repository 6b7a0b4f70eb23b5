// The language of the pages' own texts: `?lang=` of the URL, as pages have it; else what was chosen here; else what the
// browser prefers.

const STORED = "explorer:language";
const KNOWN = ["en", "ja"];

const known = (tag) => KNOWN.find((each) => tag?.toLowerCase().startsWith(each));

function preferred() {
  const asked = new URLSearchParams(location.search).get("lang");
  const tags = [asked, localStorage.getItem(STORED), ...navigator.languages];
  return tags.map(known).find(Boolean) ?? "en";
}

export const language = preferred();

/** The language that the switch leads to. */
export const other = KNOWN.find((each) => each !== language);

/** Takes another language; the page has to be loaded anew. */
export const choose = (tag) => localStorage.setItem(STORED, tag);

/** A text in the language of the page, with `{name}` filled in. */
export function text(words, values = {}) {
  return words[language].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
