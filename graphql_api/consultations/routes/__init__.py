"""Consultations by plain HTTP, in the JSON of the previous API."""
