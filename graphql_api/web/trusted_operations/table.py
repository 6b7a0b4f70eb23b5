"""Results as CSV: the only list of objects in a selection gives the rows, their leaves give the columns."""

from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    REMOVE,
    GraphQLObjectType,
    GraphQLSchema,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
    visit,
)

from graphql_api.execution.document import Document
from graphql_api.execution.private_names import FieldDetailsList, VariableValues, collect_fields, collect_subfields
from graphql_api.web.csv_cells import CSV_EMPTY, CSV_LINE_END, csv_cell, csv_header

NO_VARIABLES = VariableValues({}, {})

Keys = tuple[str, ...]


class NoTable(Exception):
    """The selection is not a table. The message says why."""


@dataclass(frozen=True, slots=True)
class Table:
    """The place of the rows in a result: ``path`` leads to their list, each of ``columns`` from a row to a cell."""

    path: Keys
    columns: tuple[Keys, ...]

    def csv(self, data: bytes, *, spreadsheet: bool = False) -> bytes:
        """Write the JSON of ``data`` as CSV (RFC 4180) with a header. A list that is null has no rows.

        Nested keys are joined by dots. A list of leaves is written as JSON. For ``spreadsheet`` see ``csv_cell``.
        """
        rows = _at(orjson.loads(data), self.path) or ()
        header = csv_header([".".join(each) for each in self.columns], spreadsheet=spreadsheet)
        return header + b"".join(self._line(each, spreadsheet=spreadsheet) for each in rows)

    def _line(self, row: Any, *, spreadsheet: bool) -> bytes:
        cells = b",".join(csv_cell(_text(_at(row, each)), spreadsheet=spreadsheet) for each in self.columns)
        return (cells or CSV_EMPTY) + CSV_LINE_END  # readers pass over an empty line


def table(schema: GraphQLSchema, document: Document) -> Table:
    """Return the table in the single operation of a valid document, with columns in the order of the selection.

    Directives are ignored: a field that ``@skip`` omits is an empty column. Raises ``NoTable``.
    """
    assert document.tree is not None  # noqa: S101 - a valid document has a tree
    search = _Search(schema, Document(visit(document.tree, _WithoutDirectives())))
    search.root()
    if len(search.tables) != 1:
        found = ", ".join(".".join(each.path) for each in search.tables) or "none"
        raise NoTable(f"CSV needs exactly one list of objects in the selection. Found: {found}.")
    return search.tables[0]


class _WithoutDirectives(Visitor):
    def enter_directive(self, *_: Any) -> Any:
        return REMOVE


class _Search:
    """Collects every list of objects in a selection as a table."""

    def __init__(self, schema: GraphQLSchema, document: Document) -> None:
        self.schema = schema
        self.operation = document.operations[None]
        self.fragments = document.fragments
        self.tables: list[Table] = []

    def root(self) -> None:
        kind = self.schema.query_type
        assert kind is not None  # noqa: S101 - a valid document has a type to begin at
        selected = collect_fields(self.schema, self.fragments, NO_VARIABLES, kind, self.operation)
        self.fields(kind, selected.grouped_field_set, (), 0)

    def fields(
        self, parent: GraphQLObjectType, selected: dict[str, FieldDetailsList], path: Keys, row: int
    ) -> list[Keys]:
        """Return the paths to the leaves below an object, relative to its row, whose own path has ``row`` keys."""
        found: list[Keys] = []
        for key, details in selected.items():
            definition = self.schema.get_field(parent, details[0].node.name.value)
            assert definition is not None  # noqa: S101 - the document is valid
            here, kind = (*path, key), get_nullable_type(definition.type)
            if is_leaf_type(get_named_type(kind)):
                found.append(here[row:])
            elif is_list_type(kind):
                place = len(self.tables)
                columns = self.subfields(get_nullable_type(kind.of_type), details, here, len(here))
                self.tables.insert(place, Table(here, tuple(columns)))
            else:
                found += self.subfields(kind, details, here, row)
        return found

    def subfields(self, kind: Any, details: FieldDetailsList, path: Keys, row: int) -> list[Keys]:
        if not is_object_type(kind):
            raise NoTable(f"CSV needs objects of one type; '{'.'.join(path)}' is {kind}.")
        collected = collect_subfields(self.schema, self.fragments, NO_VARIABLES, self.operation, kind, details)
        return self.fields(kind, collected.grouped_field_set, path, row)


def _at(value: Any, path: Keys) -> Any:
    """Follow keys into objects; None if one of them is null or was left out."""
    for key in path:
        if value is None:
            return None
        value = value.get(key)
    return value


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
