"""What each page asks of GraphQL, and what its template shows of the answer."""
