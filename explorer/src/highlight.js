// Colours GraphQL and JSON, in the build (for what stands in a page) and in the browser (for answers).

const TOKENS = /(?<comment>#.*)|(?<string>"(?:[^"\\\n]|\\.)*")(?<colon>\s*:)?|(?<number>-?\b\d[\d.eE+-]*)|(?<word>\b(?:query|fragment|on|true|false|null)\b)|(?<name>\b\w+)(?=\s*:)/g;

const CLASSES = { comment: "c", string: "s", number: "n", word: "k", name: "p" };

/** Cuts text into [class or "", text] pairs; joined, the texts are the whole again. */
export function* tokens(text) {
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    if (match.index > end) yield ["", text.slice(end, match.index)];
    const { colon, ...kinds } = match.groups;
    const kind = Object.keys(kinds).find((each) => kinds[each] !== undefined);
    yield [colon ? "p" : CLASSES[kind], match[0]];
    end = match.index + match[0].length;
  }
  if (end < text.length) yield ["", text.slice(end)];
}

/** Gives markup for text that holds no `<` or `&`. */
export function html(text) {
  return [...tokens(text)].map(([kind, part]) => (kind ? `<span class="${kind}">${part}</span>` : part)).join("");
}

/** Shows text in an element; only its start is coloured, since a browser is slow with a million elements. */
export function show(element, text, limit = 20_000) {
  const parts = [...tokens(text.slice(0, limit))].map(([kind, part]) => {
    if (!kind) return part;
    return Object.assign(document.createElement("span"), { className: kind, textContent: part });
  });
  element.replaceChildren(...parts, text.slice(limit));
}
