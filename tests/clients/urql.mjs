// urql's Graphcache: with the documented keys it normalises rides and warns of nothing.
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { getIntrospectionQuery } from "graphql";
import { collectWarnings, documented, endpoint } from "./support.mjs";

const introspected = await fetch(endpoint, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: getIntrospectionQuery() }),
});
const schema = (await introspected.json()).data;
const warnings = collectWarnings();
const cache = cacheExchange({ schema, keys: documented("keys") });
const client = new Client({ url: endpoint, preferGetMethod: false, exchanges: [cache, fetchExchange] });

const RIDES = gql`{
  jockey(id: "00001") {
    id source { etag warnings { code } }
    records(first: 2) { totalCount pageInfo { endCursor } edges { cursor node { id raceName } } statistics { rides } }
  }
  jockeys(first: 1) { edges { node { id } } }
}`;
const RIDE = gql`query ($id: ID!) { node(id: $id) { id ... on RaceRecord { raceName } } }`;
const first = await client.query(RIDES, {}).toPromise();
const again = await client.query(RIDES, {}, { requestPolicy: "cache-only" }).toPromise();
const { node } = first.data.jockey.records.edges[0];
const fetched = await client.query(RIDE, { id: node.id }).toPromise();
console.log(
  JSON.stringify({
    error: first.error?.message ?? null,
    repeated: JSON.stringify(again.data) === JSON.stringify(first.data),
    same: fetched.data.node.raceName === node.raceName,
    warnings,
  }),
);
