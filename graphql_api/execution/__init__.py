"""From a query's text to the bytes of its answer: documents, limits, plans, encoding."""
