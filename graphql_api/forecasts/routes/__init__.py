"""The REST route of forecasts: ``routes`` lists it, ``endpoints`` answer and are imported by the first request."""
