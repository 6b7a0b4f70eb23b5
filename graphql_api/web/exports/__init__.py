"""A jockey's records as files for analysts: CSV and NDJSON, and with the extra ``arrow`` Parquet and Arrow.

``routes`` serves them; ``formats`` is the table of them; ``parameters`` reads filters from query parameters, which
``description`` tells OpenAPI; ``arrow`` makes tables of columns. Text is written through ``templates``.
"""
