"""The slice of jockeys: one jockey's races as typed columns, and everything that can be asked of them.

Read: ``columns`` is the table of columns, ``headers`` and ``rows`` find columns and races in a file, ``parsers`` read
cells, ``derived`` what follows from several; ``normalise`` puts ``records`` together, ``memory`` bounds them.

Asked: ``statistics`` is the table of figures over ``formulas``, ``keys`` that of group keys, ``summaries`` of numbers;
``counting``, ``figures`` and ``grouping`` compute them. ``row_ids`` names rides.

Held: ``files`` knows the names of files, ``repository`` is the service, ``warmer`` keeps it warm.

Served: ``schema`` is GraphQL, ``routes`` HTTP, ``openapi`` its description, ``commands`` the command line; ``slice``
hands them over.
"""
