"""Jobs as GraphQL types."""
