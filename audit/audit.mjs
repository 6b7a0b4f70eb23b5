// Runs the official GraphQL over HTTP audit against the URL given, and fails unless every single check passes.
// The last line is the tally as JSON, for scripts.
import { auditServer } from 'graphql-http';

const EXPECTED = { MUST: 13, SHOULD: 23, MAY: 25 };

const url = process.argv[2] ?? 'http://127.0.0.1:8000/graphql';
const results = await auditServer({ url });
const tally = Object.fromEntries(Object.keys(EXPECTED).map((level) => [level, 0]));
for (const { id, name, status, reason } of results) {
  if (status === 'ok') tally[name.split(' ')[0]] += 1;
  else console.error(`${status.toUpperCase()} ${id} ${name}: ${reason}`);
}
console.log(JSON.stringify(tally));
const complete = Object.entries(EXPECTED).every(([level, count]) => tally[level] === count);
process.exit(complete && results.length === 61 ? 0 : 1);
