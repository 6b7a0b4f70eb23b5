// Relay: compiled artifacts run against the service; a refetch goes through `node` and lands on the same records.
import { pathToFileURL } from "node:url";
import { Environment, Network, RecordSource, Store, fetchQuery } from "relay-runtime";
import { collectWarnings, endpoint } from "./support.mjs";

const artifacts = pathToFileURL(`${process.argv[3]}/`);
const artifact = async (name) => (await import(new URL(`${name}.graphql.js`, artifacts))).default;
const warnings = collectWarnings();
const send = async ({ text: query }, variables) => {
  const headers = { "content-type": "application/json" };
  return (await fetch(endpoint, { method: "POST", headers, body: JSON.stringify({ query, variables }) })).json();
};
const environment = new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
const run = async (name, variables) => fetchQuery(environment, await artifact(name), variables).toPromise();

await run("CareerQuery", { id: "00001" });
const rides = () => Object.values(environment.getStore().getSource().toJSON()).filter((record) => record.__typename === "RaceRecord");
const before = rides().length;
await run("CareerRideRefetchQuery", { id: rides()[0].__id });
const refetched = rides().length;
const connection = Object.values(environment.getStore().getSource().toJSON()).find((record) => record.__typename === "PageInfo");
await run("CareerPaginationQuery", { id: "00001", count: 2, cursor: connection.endCursor });
console.log(JSON.stringify({ before, refetched, paged: rides().length, warnings }));
