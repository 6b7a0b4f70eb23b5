"""Tickets of Japanese racing (馬券), exact to the yen: what a selection covers, costs, gets back and wins.

Everything here is a pure function of its arguments. Only the standard library and ``graphql_api.errors`` are imported.
"""
