"""Odds over plain HTTP."""
