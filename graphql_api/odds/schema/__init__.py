"""Odds as GraphQL types."""
