"""The GraphQL schema: types and resolvers.

``query`` is where every operation begins; ``jockeys`` a jockey and its file; ``connections`` what is done with race
records (pages, statistics, groups); ``records``, ``statistics`` and ``groups`` are their types, made of the project's
tables (``columns``, ``statistics``, ``grouping``); ``filters``, ``orders`` and ``arguments`` the inputs; ``enums``
the vocabularies.
"""
