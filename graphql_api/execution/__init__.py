"""From the text of a query to the bytes of its response: documents, limits, plans, encoding."""
