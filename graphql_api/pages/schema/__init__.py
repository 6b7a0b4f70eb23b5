"""GraphQL types of texts for people."""
