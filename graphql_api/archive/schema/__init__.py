"""The GraphQL types of the archive."""
