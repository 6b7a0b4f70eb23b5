"""What is asked of every server: the fields, the three sizes, and the requests as bytes ready to send."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROWS = {"10001": 1_000, "10002": 10_000, "10003": 100_000}
"""The jockeys of the benchmark and their rows. Over HTTP the second is served; all show that cost grows linearly."""
MEDIUM_ID, LARGE_ID, HUGE_ID = ROWS

FIELDS = {
    "date": "Date",
    "meeting": "String",
    "weather": "Weather",
    "raceNumber": "Int",
    "raceName": "String",
    "video": "String",
    "fieldSize": "Int",
    "bracketNumber": "Int",
    "horseNumber": "Int",
    "winOdds": "Float",
    "favouriteRank": "Int",
    "finishPosition": "Int",
    "horseName": "String",
    "jockeyName": "String",
    "carriedWeight": "Float",
    "distance": "Int",
    "trackMoisture": "Float",
    "going": "Going",
    "finishTime": "Float",
    "margin": "Float",
    "cornerPositions": "[Int!]",
    "paceFirst3f": "Float",
    "last3f": "Float",
    "bodyWeight": "Int",
    "winnerName": "String",
    "prizeMoney": "Float",
    "pageNumber": "Int",
    "jockeyId": "ID",
}
"""One typed field for each of the 28 columns of a file, and its GraphQL type; Weather and Going are enums."""
ENUMS = ("Weather", "Going")


@dataclass(frozen=True, slots=True)
class Size:
    """One of the three questions: so many rows of so many fields, and the connections that the summary shows."""

    name: str
    rows: int
    fields: tuple[str, ...]
    shown_at: int

    @property
    def title(self) -> str:
        """Name the size as the tables do: ``large 10,000×28``."""
        return f"{self.name} {self.rows:,}×{len(self.fields)}"


SIZES = (
    Size("small", 1, ("date", "raceName", "horseName", "finishPosition", "prizeMoney"), shown_at=100),
    Size("medium", 1_000, tuple(FIELDS), shown_at=16),
    Size("large", 10_000, tuple(FIELDS), shown_at=16),
)
CONNECTIONS = (1, 16, 100)


def http(path: str, payload: Any = None) -> bytes:
    """Write one HTTP/1.1 request: a POST of ``payload`` as JSON, or a GET."""
    if payload is None:
        return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode()
    body = json.dumps(payload).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def document(size: Size) -> str:
    """Write the operation that every GraphQL server with this API's shape executes; warm ones know it by its text."""
    selection = f"nodes {{ {' '.join(size.fields)} }}"
    return "query Records($id: ID!, $first: Int) { jockey(id: $id) { records(first: $first) { " + selection + " } } }"


def connection(size: Size) -> bytes:
    """Ask for the first rows of the large jockey."""
    variables = {"id": LARGE_ID, "first": size.rows}
    return http("/graphql", {"query": document(size), "variables": variables})


def nodes(answer: Any) -> list[dict[str, Any]]:
    """Take the rows out of a GraphQL answer of this API's shape."""
    found: list[dict[str, Any]] = answer["data"]["jockey"]["records"]["nodes"]
    return found


Asks = Callable[[Size], bytes]
Takes = Callable[[Any], list[dict[str, Any]]]


def sdl(values: dict[str, list[str]]) -> str:
    """Write the schema for the peers that want one; ``values`` are the enums' values."""
    enums = "\n".join(f"enum {name} {{ {' '.join(values[name])} }}" for name in ENUMS)
    fields = "\n".join(f"  {name}: {kind}" for name, kind in FIELDS.items())
    return f"""scalar Date
{enums}
type RaceRecord {{
{fields}
}}
type RaceRecordConnection {{ nodes: [RaceRecord]! }}
type Jockey {{ records(first: Int): RaceRecordConnection! }}
type Query {{ jockey(id: ID!): Jockey }}
"""
