"""Athena as the archive's engine: the same statements, translated, asked of the Iceberg tables that were published."""
