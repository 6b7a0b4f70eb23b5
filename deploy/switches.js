// Refuses switches that exclude each other when the service is packaged.
"use strict";

module.exports.reply = async ({ resolveVariable }) => {
  const reply = await resolveVariable("param:reply");
  const api = await resolveVariable("param:api");
  if ((await resolveVariable("param:package")) === "adapter") {
    if (api !== "url") throw new Error("package=adapter takes api=url: it streams, and an HTTP API cannot pass on a stream.");
    return "stream";
  }
  if (reply !== "buffered" && reply !== "stream") {
    throw new Error(`reply=${reply} is not known: it is buffered or stream.`);
  }
  if (reply === "stream" && api !== "url") {
    throw new Error("reply=stream takes api=url: an HTTP API cannot pass on a stream.");
  }
  return reply;
};
