"""Questions to the archive of 1.2 million synthetic rides, beside DuckDB itself, Polars and SQLite."""
