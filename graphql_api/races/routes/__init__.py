"""The REST routes of races: ``routes`` lists them, ``endpoints`` answer and are imported by the first request."""
