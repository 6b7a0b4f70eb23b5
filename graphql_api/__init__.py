"""GraphQL and REST API for horse-racing jockey results."""
