"""A jockey's records as files for analysts: CSV and NDJSON, and with the extra ``arrow`` Parquet and Arrow.

``routes`` serves them; ``formats`` is the table of them; ``asked`` reads what a client chooses by query parameters, of
which ``parameters`` is the table of filters; ``arrow`` makes tables of columns. Text is written through ``templates``.
"""
