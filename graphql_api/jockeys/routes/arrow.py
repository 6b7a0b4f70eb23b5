"""Records as Arrow and Parquet files. Requires the extra ``arrow``, which is imported on first use."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING, Any

from graphql_api.execution.budget import Budget
from graphql_api.jockeys.columns import FIELDS
from graphql_api.jockeys.records import RaceRecords
from graphql_api.jockeys.routes.templates import Columns, columns, in_utc
from graphql_api.tables.cells import raw_text
from graphql_api.tables.fields import Field
from graphql_api.tables.windows import Rows

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

_LARGEST = 2**63


def parquet(records: RaceRecords, rows: Rows, chosen: Columns, budget: Budget) -> bytes:
    """Return the chosen rows as a Parquet file with Snappy, which all readers support. Raises ``Exhausted``."""
    from pyarrow import parquet as pq

    out = BytesIO()
    pq.write_table(_table(records, rows, chosen), out)
    budget.write(out.tell())
    return out.getvalue()


def arrow_file(records: RaceRecords, rows: Rows, chosen: Columns, budget: Budget) -> bytes:
    """Return the chosen rows as an Arrow IPC file (Feather version 2). Raises ``Exhausted``."""
    import pyarrow as pa

    table, out = _table(records, rows, chosen), BytesIO()
    budget.write(table.nbytes)
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def _table(records: RaceRecords, rows: Rows, chosen: Columns) -> "pa.Table":
    import pyarrow as pa

    arrays, schema, typed = [], [], chosen.set == "typed"
    for label, at in columns(records, chosen).items():
        column = records.fields[at] if typed else records.source[at].cells
        values = _typed(_FIELDS[at], column.values) if typed else _source(column.values)
        described = {"description": _FIELDS[at].description} if typed else None
        arrays.append(values.take(pa.array(column.codes[rows.index])))
        schema.append(pa.field(label, values.type, metadata=described))
    return pa.Table.from_arrays(arrays, schema=pa.schema(schema))


_FIELDS = {field.name: field for field in FIELDS}


def _typed(field: Field, values: Sequence[Any]) -> "pa.Array":
    """Return a field's distinct values: enums as names, dates as dates, lists as lists."""
    import pyarrow as pa

    kind = field.kind
    of = pa.type_for_alias((kind.element or kind).arrow)
    names = [value.name if isinstance(value, Enum) else value for value in values]
    return pa.array(names, pa.list_(of) if kind.is_list else of)


def _source(values: Sequence[Any]) -> "pa.Array":
    """Return a source column's distinct cells: with their type if it is the same for all, else as exact texts."""
    import pyarrow as pa

    types = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), datetime: pa.timestamp("us")}
    kinds = {type(value) for value in values if value is not None}
    kind = kinds.pop() if len(kinds) == 1 else str
    if kind not in types or (kind is int and not all(_fits(value) for value in values)):
        return pa.array([raw_text(value) for value in values], pa.string())
    if kind is datetime:
        values = [value and in_utc(value) for value in values]
    return pa.array(values, types[kind])


def _fits(number: int | None) -> bool:
    return number is None or -_LARGEST <= number < _LARGEST
