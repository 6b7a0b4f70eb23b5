"""For each page, the variables of its operation, and the values of its template."""
