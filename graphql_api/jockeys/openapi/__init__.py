"""The OpenAPI operations of the jockeys' routes, made of the tables by which the routes read and write."""
