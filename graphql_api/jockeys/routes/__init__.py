"""The routes of jockeys over HTTP: races as JSON and, for analysts, as CSV, NDJSON, Parquet and Arrow.

``routes`` registers them, ``plain`` and ``exports`` are the endpoints, ``formats`` is the table of formats.
``export_request`` reads the query parameters, of which ``filters`` is the table of filters. Text
is written by ``templates``, binary files by ``arrow``.
"""
