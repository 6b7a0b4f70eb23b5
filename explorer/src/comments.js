// Keeps the comments of a query that is printed anew: the field tree changes the tree, which has none.

import { Lexer, Source, TokenKind } from "graphql";

/** The tokens of a text, and its comments: each with the number of tokens before it. */
function read(text) {
  const lexer = new Lexer(new Source(text));
  const tokens = [];
  const comments = [];
  for (let token = lexer.token.next ?? lexer.advance(); ; token = lexer.advance()) {
    for (let each = token.prev; each?.kind === TokenKind.COMMENT; each = each.prev) {
      const alone = each.prev.line < each.line;
      comments.push({ text: `#${each.value}`, before: tokens.length, line: each.start, alone });
    }
    if (token.kind === TokenKind.EOF) break;
    tokens.push(token);
  }
  return { tokens, comments: comments.sort((one, two) => one.line - two.line) };
}

const same = (one, two) => one?.kind === two?.kind && one?.value === two?.value;

/**
 * The new text with the comments of the old one. What is changed lies between a common start and a common end; a
 * comment in between comes before the end. Gives the new text as it is where either cannot be read.
 */
export function withComments(old, text) {
  let was, now;
  try {
    was = read(old);
    now = read(text);
  } catch {
    return text;
  }
  const shorter = Math.min(was.tokens.length, now.tokens.length);
  let start = 0;
  while (start < shorter && same(was.tokens[start], now.tokens[start])) start++;
  let end = 0;
  while (end < shorter - start && same(was.tokens.at(-1 - end), now.tokens.at(-1 - end))) end++;
  // A comment at the change itself belongs to what follows, if it has a line of its own.
  const place = ({ before, alone }) =>
    before < start || (before === start && !alone) ? before : now.tokens.length - Math.min(end, was.tokens.length - before);
  let made = text;
  for (const comment of was.comments.toReversed()) {
    made = insert(made, now.tokens, place(comment), comment);
  }
  return made;
}

/** Inserts a comment before the token of a number, as a line of its own, or at the end of the line before. */
function insert(text, tokens, number, { text: comment, alone }) {
  const next = tokens[number];
  const before = tokens[number - 1];
  if (!alone && before && (!next || next.line > before.line)) {
    return `${text.slice(0, before.end)} ${comment}${text.slice(before.end)}`;
  }
  if (!next) return `${text.trimEnd()}\n${comment}\n`;
  const from = text.lastIndexOf("\n", next.start - 1) + 1;
  const indent = text.slice(from).match(/^[ \t]*/)[0];
  const first = !text.slice(from, next.start).trim();
  return first
    ? `${text.slice(0, from)}${indent}${comment}\n${text.slice(from)}`
    : `${text.slice(0, next.start).trimEnd()}\n${indent}${comment}\n${indent}${text.slice(next.start)}`;
}
