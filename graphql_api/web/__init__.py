"""HTTP: GraphQL and plain routes, responses, pages."""
