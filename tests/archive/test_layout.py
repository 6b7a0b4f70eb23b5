"""The version of the archive's files: it has to be increased when their columns change."""

from hashlib import sha256

from graphql_api.archive.columns import COLUMNS, SCHEMA

LAYOUTS = {1: "124526726083f503824c7871b13f5e910b94b7924d80ddd8da7cd68cb599997b"}
"""A digest of the names and types of the columns, for the version that this release reads."""


def test_other_columns_need_another_version() -> None:
    """An archive without a column would be read as if it had the column."""
    digest = sha256(repr([(column.name, column.type) for column in COLUMNS]).encode()).hexdigest()
    assert LAYOUTS.get(SCHEMA) == digest, f"Increase SCHEMA in archive/columns.py, and put {digest} here."
