"""Tickets of Japanese racing (馬券), exact to the yen: combinations, cost, refunds and payouts of a selection.

Everything here is a pure function of its arguments. Only the standard library and ``graphql_api.errors`` are imported.
"""
