"""Odds: fetched on a schedule from the provider of races, kept with their history, and read with their age."""
