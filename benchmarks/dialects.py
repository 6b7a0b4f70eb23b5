"""How each server is asked a workload, and how the rows are taken out of its answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.operations import FIELDS, LARGE_ID, Filter, Grouping, Listing, Row, Workload, http


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of workload: how to ask it, and how to read the answer's JSON."""

    asks: Callable[[Any], bytes]
    takes: Callable[[Any], list[Row]]


Dialects = Mapping[type[Workload], Dialect]
"""What a server can be asked; what is not there it has no built-in way for."""


def request(workload: Workload) -> bytes:
    """Ask in this API's shape."""
    return http("/graphql", {"query": workload.document, "variables": workload.variables})


def _query(text: str) -> bytes:
    return http("/graphql", {"query": text})


def _fields(workload: Workload) -> str:
    return " ".join(workload.fields)


# ROAPI


def _post(path: str, text: str) -> bytes:
    body = text.encode()
    return b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(body)) + body


def _roapi_rows(workload: Workload, arguments: str) -> bytes:
    """Ask in the order of its columns, which is alphabetical: in any other it forgets the limit."""
    return _post("/api/graphql", f"{{ records({arguments}) {{ {' '.join(sorted(workload.fields))} }} }}")


def _roapi_list(workload: Listing) -> bytes:
    return _roapi_rows(workload, f"limit: {workload.rows}")


def _roapi_filter(workload: Filter) -> bytes:
    distances = f"{{ gteq: {workload.nearest}, lteq: {workload.farthest} }}"
    return _roapi_rows(workload, f'filter: {{ going: "{workload.going}", distance: {distances} }}')


def _roapi_statistics(_: Grouping) -> bytes:
    """Ask in SQL, since its GraphQL knows no aggregates."""
    return _post(
        "/api/sql",
        'SELECT distance, count("winOdds") AS "ridesWithOdds", '
        'count(CASE WHEN "finishPosition" = 1 THEN 1 END) AS wins, avg("finishPosition") AS "averageFinishPosition" '
        "FROM records GROUP BY distance ORDER BY distance",
    )


# graphique


def _columns(workload: Workload) -> str:
    return f"columns {{ {' '.join(f'{name} {{ values }}' for name in workload.fields)} }}"


def _graphique_list(workload: Listing) -> bytes:
    return _query(f"{{ records {{ slice(limit: {workload.rows}) {{ {_columns(workload)} }} }} }}")


def _graphique_filter(workload: Filter) -> bytes:
    going, distance = f'eq: ["{workload.going}"]', f"ge: {workload.nearest}, le: {workload.farthest}"
    tests = f"going: {{ {going} }}, distance: {{ {distance} }}"
    return _query(f"{{ records {{ filter({tests}) {{ {_columns(workload)} }} }} }}")


def _graphique_statistics(_: Grouping) -> bytes:
    won = 'where: { eq: [{ name: "finishPosition" }, { value: 1 }] }'
    counts = f'{{ name: "winOdds", alias: "ridesWithOdds" }}, {{ name: "finishPosition", alias: "wins", {won} }}'
    mean = '{ name: "finishPosition", alias: "averageFinishPosition" }'
    group = f'group(by: ["distance"], aggregate: {{ count: [{counts}], mean: [{mean}] }})'
    types = {"distance": "Int", "ridesWithOdds": "BigInt", "wins": "BigInt", "averageFinishPosition": "Float"}
    columns = (f'{name}: column(name: "{name}") {{ ... on {kind}Column {{ values }} }}' for name, kind in types.items())
    return _query(f'{{ records {{ {group} {{ order(by: ["distance"]) {{ {" ".join(columns)} }} }} }} }}')


def _take_columns(path: tuple[str, ...], answer: Any) -> list[Row]:
    """Turn columns into rows."""
    found = answer["data"]["records"]
    for name in path:
        found = found[name]
    columns = {name: column["values"] for name, column in found.items()}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


# datasette-graphql


def _datasette(workload: Workload, arguments: str) -> bytes:
    return _query(f"{{ records({arguments}) {{ nodes {{ {_fields(workload)} }} }} }}")


def _datasette_list(workload: Listing) -> bytes:
    return _datasette(workload, f"first: {workload.rows}")


def _datasette_filter(workload: Filter) -> bytes:
    distance = f"gte: {workload.nearest}, lte: {workload.farthest}"
    tests = f'{{ going: {{ eq: "{workload.going}" }} }}, {{ distance: {{ {distance} }} }}'
    return _datasette(workload, f"filter: [{tests}], first: 10000")


def _take_nodes(answer: Any) -> list[Row]:
    found: list[Row] = answer["data"]["records"]["nodes"]
    return found


# FastAPI


def _fastapi(workload: Workload, arguments: str) -> bytes:
    return http(f"/api/jockey/{LARGE_ID}?fields={','.join(workload.fields)}&{arguments}")


def _fastapi_list(workload: Listing) -> bytes:
    return _fastapi(workload, f"first={workload.rows}")


def _fastapi_filter(workload: Filter) -> bytes:
    return _fastapi(workload, f"going={workload.going}&nearest={workload.nearest}&farthest={workload.farthest}")


def _fastapi_statistics(_: Grouping) -> bytes:
    return http(f"/api/jockey/{LARGE_ID}/statistics?by=distance")


def _take_data(answer: Any) -> list[Row]:
    found: list[Row] = answer["data"]
    return found


# Floors


def _floor(kind: str, workload: Listing) -> bytes:
    return http(f"/{kind}/{workload.name}", {})


def floor(kind: str) -> Dialects:
    """Ask a floor: ``ready`` or ``orjson``."""
    return {Listing: Dialect(partial(_floor, kind), Listing.takes)}


LISTS: Dialects = {Listing: Dialect(request, Listing.takes)}
"""Lists in this API's shape."""

OWN: Dialects = {**LISTS, Filter: Dialect(request, Filter.takes), Grouping: Dialect(request, Grouping.takes)}
"""All in this API's shape."""

ROAPI: Dialects = {
    Listing: Dialect(_roapi_list, list),
    Filter: Dialect(_roapi_filter, list),
    Grouping: Dialect(_roapi_statistics, list),
}
GRAPHIQUE: Dialects = {
    Listing: Dialect(_graphique_list, partial(_take_columns, ("slice", "columns"))),
    Filter: Dialect(_graphique_filter, partial(_take_columns, ("filter", "columns"))),
    Grouping: Dialect(_graphique_statistics, partial(_take_columns, ("group", "order"))),
}
DATASETTE: Dialects = {
    Listing: Dialect(_datasette_list, _take_nodes),
    Filter: Dialect(_datasette_filter, _take_nodes),
}
FASTAPI: Dialects = {
    Listing: Dialect(_fastapi_list, _take_data),
    Filter: Dialect(_fastapi_filter, _take_data),
    Grouping: Dialect(_fastapi_statistics, _take_data),
}


def same(row: Row, fields: tuple[str, ...]) -> Row:
    """Undo what servers may write differently.

    Absent nulls, timestamps of dates, lists as JSON text, and the last digits of a mean (to_json writes ten decimals).
    """
    found = {name: row.get(name) for name in fields}
    for name, cell in found.items():
        if isinstance(cell, float):
            found[name] = round(cell, 6)
        elif isinstance(cell, str) and FIELDS[name] == "Date":
            found[name] = cell[:10]
        elif isinstance(cell, str) and FIELDS[name].startswith("["):
            found[name] = json.loads(cell)
    return found
