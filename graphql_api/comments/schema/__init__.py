"""Comments as GraphQL types."""
