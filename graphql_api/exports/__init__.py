"""A jockey's records as files for analysts: CSV and NDJSON, and with the extra ``arrow`` Parquet and Arrow.

``routes`` serves them; ``formats`` is the table of them; ``text`` writes rows through the columnar encoder, ``arrow``
makes tables of columns; ``parameters`` reads filters from query parameters.
"""
