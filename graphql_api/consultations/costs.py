"""Costs of consultations in values of a response, for GraphQL and for plain routes."""

SEND = START = 1_100_000
"""Part of the default limit of 3,000,000, so that one request starts or asks twice at most."""

END = 200_000

READ = 10_000
