"""The routes of jockeys over HTTP: races as JSON and, for analysts, as CSV, NDJSON, Parquet and Arrow.

``routes`` is what the slice hands over; ``plain`` and ``exports`` answer; ``formats`` is the table of formats;
``export_request`` reads what a client chooses by query parameters, of which ``filters`` is the table of filters. Text
is written through ``templates``, binary files by ``arrow``.
"""
