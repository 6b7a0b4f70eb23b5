"""The slice of jockeys: one jockey's races as typed columns, with queries on them.

Reading: ``columns`` is the table of columns, ``headers`` and ``rows`` find columns and races, ``parsers`` read
cells, ``derived`` computes fields from several cells. ``normalise`` makes ``records``, ``memory`` limits their size.

Queries: ``statistics`` is the table of figures by ``formulas``, ``keys`` that of group keys, ``summaries`` of numbers.
``counting``, ``figures`` and ``grouping`` compute them. ``row_ids`` makes ids of rides.

Storage: ``files`` has the names of files, ``repository`` is the service, ``warmer`` keeps its cache warm.

Interfaces: ``schema`` is GraphQL, ``routes`` HTTP, ``openapi`` describes it, ``commands`` are commands. ``slice``
registers them.
"""
