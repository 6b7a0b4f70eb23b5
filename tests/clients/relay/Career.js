import { graphql } from "relay-runtime";

export const career = graphql`
  fragment Career_jockey on Jockey
  @refetchable(queryName: "CareerPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
    name
    records(first: $count, after: $cursor) @connection(key: "Career_records") {
      edges {
        node {
          ...Career_ride
        }
      }
    }
  }
`;

export const ride = graphql`
  fragment Career_ride on RaceRecord @refetchable(queryName: "CareerRideRefetchQuery") {
    date
    raceName
  }
`;

export const query = graphql`
  query CareerQuery($id: ID!) {
    jockey(id: $id) {
      ...Career_jockey
    }
  }
`;
