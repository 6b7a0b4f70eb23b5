"""Trusted documents as plain routes, ``GET /q/{name}``, for caches and for clients that do not speak GraphQL.

``routes`` serves them; ``parameters`` reads their variables from query parameters; ``table`` makes CSV of an answer.
"""
