"""The OpenAPI 3.1 document of the plain routes.

``document`` puts it together; ``parameters`` and ``answers`` make its parts from the tables that the routes are made
of; ``source_columns`` is the table of the file's own columns, which ``rows`` describes beside the typed ones.
"""
