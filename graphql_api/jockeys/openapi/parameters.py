"""The parameters of the jockeys' routes as OpenAPI describes them, made from the tables with which they are read."""

from collections.abc import Iterable

from graphql_api.jockeys.ids import JOCKEY_ID_PATTERN
from graphql_api.jockeys.routes.export_request import COLUMN_NAMES, COLUMN_SETS, MAX_LIMIT, ORDER_NAMES
from graphql_api.jockeys.routes.filters import PARAMETERS
from graphql_api.jockeys.routes.templates import ColumnSet
from graphql_api.text import MAX_LENGTH
from graphql_api.web.examples import Examples
from graphql_api.web.openapi.objects import Json
from graphql_api.web.openapi.parameters import row_filter


def parameters(examples: Examples) -> dict[str, Json]:
    """Return the parameters that the jockeys' operations refer to."""
    return {
        "Id": jockey_id(examples),
        "SourceColumns": columns("source"),
        "TypedColumns": columns("typed"),
        "Order": order(),
        "Limit": limit(),
        "Filter": row_filter(PARAMETERS, {"surface": "TURF", "finish_position_lte": 3}),
    }


def jockey_id(examples: Examples) -> Json:
    """Describe the id in a path."""
    return {
        "name": "jockey_id",
        "in": "path",
        "required": True,
        "description": f"A netkeiba jockey id. {examples.notice}".rstrip(),
        "schema": {"type": "string", "pattern": JOCKEY_ID_PATTERN},
        "example": examples.ids[0],
    }


def _list_of(names: Iterable[str], behind: str = "") -> str:
    """Return the pattern of names separated by commas. A pattern cannot exclude duplicates."""
    item = f"(?:{'|'.join(names)}){behind}"
    return f"{item}(?:,{item})*"


_COLUMNS = f"^(?:{'|'.join(COLUMN_SETS)}|{_list_of(COLUMN_NAMES)})$"
_ORDER = "^" + _list_of(ORDER_NAMES, r"(?:\.asc|\.desc)?(?:\.nullsfirst|\.nullslast)?") + "$"


def columns(default: ColumnSet) -> Json:
    """Describe the parameter of columns for formats with the ``default`` columns."""
    return {
        "name": "columns",
        "in": "query",
        "description": "`source`: the file's own columns. `typed`: the fields of GraphQL's RaceRecord in snake case. "
        f"Or a list of these fields, separated by commas. Default: `{default}`.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH, "pattern": _COLUMNS, "default": default},
        "examples": {
            "some": {"value": "date,race_name,horse_name,finish_position,prize_money"},
            "typed": {"value": "typed"},
            "source": {"value": "source"},
        },
    }


def order() -> Json:
    """Describe the order of rows."""
    return {
        "name": "order",
        "in": "query",
        "description": "Sort by these typed fields, separated by commas; the first field has priority. Equal rows are "
        "newest first. `.desc` after a field sorts in descending order. Null is last, or first with `.nullsfirst`.",
        "schema": {"type": "string", "maxLength": MAX_LENGTH, "pattern": _ORDER},
        "example": "prize_money.desc,date",
    }


def limit() -> Json:
    """Describe the number of rows."""
    return {
        "name": "limit",
        "in": "query",
        "description": "Maximum number of rows. Default: all rows.",
        "schema": {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT},
        "example": 20,
    }
