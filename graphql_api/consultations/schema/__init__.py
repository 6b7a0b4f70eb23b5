"""GraphQL of consultations."""
