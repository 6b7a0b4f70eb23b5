"""Odds: read on a schedule from the provider of races, stored with their history, and shown with their age."""
