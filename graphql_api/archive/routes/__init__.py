"""The REST routes of the archive."""
