"""Results of Athena as rows of the types that DuckDB gives: Athena tells each value as a text, and null as nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson

from graphql_api.errors import StorageFault

if TYPE_CHECKING:
    from types_boto3_athena.type_defs import DatumTypeDef, GetQueryResultsOutputTypeDef

UNREADABLE = "The answer of the query engine cannot be read."


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), int),
        **dict.fromkeys(("float", "real", "double"), float),
        **dict.fromkeys(("char", "varchar"), str),
        "boolean": _boolean,
        "date": date.fromisoformat,
        "decimal": Decimal,
    }
)
"""What reads a text, by the type of its column."""


def read_pages(
    pages: Iterable["GetQueryResultsOutputTypeDef"], lists: frozenset[int]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of each page; ``lists`` are the columns that come as JSON. Raises ``StorageFault``."""
    is_first = True
    for page in pages:
        result = page["ResultSet"]
        rows = result.get("Rows", [])[1 if is_first else 0 :]  # the first row of all holds the names of the columns
        is_first = False
        try:
            kinds = [column["Type"] for column in result["ResultSetMetadata"]["ColumnInfo"]]
            readers = [orjson.loads if place in lists else READERS[kind] for place, kind in enumerate(kinds)]
            yield [_row(readers, row["Data"]) for row in rows]
        except (KeyError, ValueError, ArithmeticError) as error:
            raise StorageFault(UNREADABLE, reason=f"{type(error).__name__}: {error}") from error


def _row(readers: list[Callable[[str], Any]], cells: "Iterable[DatumTypeDef]") -> tuple[Any, ...]:
    """Read the cells of a row; one of another length raises ``ValueError``."""
    texts = [cell.get("VarCharValue") for cell in cells]
    return tuple(None if text is None else read(text) for read, text in zip(readers, texts, strict=True))
