// The API key that a person enters: kept for this tab alone, sent as a header, and what a server says about it in words.

import { text } from "./language.js";

const STORED = "api-key";

const WORDS = {
  401: (has) =>
    has
      ? {
          en: "The server does not accept this API key: it is mistyped, expired or disabled.",
          ja: "このAPIキーは使えません。誤記、期限切れ、または無効化されたキーです。",
        }
      : {
          en: "This server asks for an API key. Enter one that its operator has given you.",
          ja: "このサーバーにはAPIキーが必要です。運営者から受け取ったキーを入力してください。",
        },
  403: () => ({
    en: "This API key is not meant for this route. Its operator can say what it is for.",
    ja: "このAPIキーではこの経路を使えません。用途は運営者に確認してください。",
  }),
  429: (_has, seconds) => ({
    en: `The limit of this minute is used up.${seconds ? ` Try again in ${seconds} seconds.` : ""} A key may have a higher one.`,
    ja: `この1分間の上限に達しました。${seconds ? `${seconds}秒後に再試行してください。` : ""}APIキーがあれば上限が高くなる場合があります。`,
  }),
};

export const key = () => sessionStorage.getItem(STORED) ?? "";

/** The header that sends the key, if one was entered. */
export const keyHeaders = () => (key() ? { "X-API-Key": key() } : {});

export function keepKey(entered) {
  if (entered.trim()) sessionStorage.setItem(STORED, entered.trim());
  else sessionStorage.removeItem(STORED);
}

/** What an answer's status means for who has a key or none; empty where it has nothing to do with keys. */
export function inWords(response) {
  const words = WORDS[response.status]?.(Boolean(key()), response.headers.get("Retry-After"));
  return words ? text(words) : "";
}

/** Whether the server that answered tells callers apart, so that it makes sense to enter a key. */
export const asksForKeys = (response) => Boolean(inWords(response)) || response.headers.has("RateLimit");
