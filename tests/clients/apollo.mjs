// Apollo Client: rides are normalised by the default policy; with the documented policies parts are merged in silence.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { collectWarnings, documented, endpoint } from "./support.mjs";

const QUERIES = [
  gql`{ jockey(id: "00001") { id records(first: 1) { nodes { id raceName } } source { etag } } }`,
  gql`{ jockey(id: "00001") { id records(first: 1) { totalCount nodes { id horseName } } source { rows } } }`,
];

async function cached(typePolicies) {
  const client = new ApolloClient({
    cache: new InMemoryCache({ typePolicies }),
    link: new HttpLink({ uri: endpoint }),
  });
  for (const query of QUERIES) await client.query({ query });
  return client.cache;
}

const unmerged = await cached({});
const ride = Object.keys(unmerged.extract()).find((key) => key.startsWith("RaceRecord:"));
const warnings = collectWarnings();
const merged = await cached(documented("typePolicies"));
const { nodes } = merged.readQuery({ query: QUERIES[0] }).jockey.records;
console.log(
  JSON.stringify({
    normalised: Object.keys(unmerged.extract()[ride]).sort(),
    both: QUERIES.map((query) => merged.readQuery({ query }) !== null),
    id: nodes[0].id,
    warnings,
  }),
);
