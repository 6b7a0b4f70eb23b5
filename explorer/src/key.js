// The API key that a person enters: kept for this tab alone, sent as a header, and what a server says about it in words.

const STORED = "api-key";

const WORDS = {
  401: (has) =>
    has
      ? "The server does not accept this API key: it is mistyped, expired or disabled."
      : "This server asks for an API key. Enter one that its operator has given you.",
  403: () => "This API key is not meant for this route. Its operator can say what it is for.",
  429: (_has, seconds) =>
    `The limit of this minute is used up.${seconds ? ` Try again in ${seconds} seconds.` : ""} A key may have a higher one.`,
};

export const key = () => sessionStorage.getItem(STORED) ?? "";

/** The header that sends the key, if one was entered. */
export const keyHeaders = () => (key() ? { "X-API-Key": key() } : {});

export function keepKey(text) {
  if (text.trim()) sessionStorage.setItem(STORED, text.trim());
  else sessionStorage.removeItem(STORED);
}

/** What an answer's status means for who has a key or none; empty where it has nothing to do with keys. */
export function inWords(response) {
  return WORDS[response.status]?.(Boolean(key()), response.headers.get("Retry-After")) ?? "";
}

/** Whether the server that answered tells callers apart, so that it makes sense to enter a key. */
export const asksForKeys = (response) => Boolean(inWords(response)) || response.headers.has("RateLimit");
