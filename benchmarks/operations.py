"""What is asked of every server: the fields, the workloads, and this API's requests as bytes ready to send."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
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

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload(ABC):
    """One question about the large jockey, whose answer has so many rows of so many fields.

    It is asked over each of ``connections``; the summary shows one of them.
    """

    name: str
    rows: int
    fields: tuple[str, ...]
    connections: tuple[int, ...]
    shown_at: int

    @property
    def title(self) -> str:
        """Name the workload as the tables do: ``large 10,000×28``."""
        return f"{self.name} {self.rows:,}×{len(self.fields)}"

    @property
    @abstractmethod
    def about(self) -> str:
        """Say in a sentence what is asked."""

    @property
    @abstractmethod
    def document(self) -> str:
        """Write the operation that servers with this API's shape execute; warm ones know it by its text."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """Give the operation's variables."""
        return {"id": LARGE_ID}

    @abstractmethod
    def wanted(self, rows: list[Row]) -> list[Row]:
        """Make the right answer of all rows of the large jockey."""

    @staticmethod
    def takes(answer: Any) -> list[Row]:
        """Take the rows out of an answer of this API's shape."""
        found: list[Row] = answer["data"]["jockey"]["records"]["nodes"]
        return found

    def _document(self, variable: str, argument: str) -> str:
        """Ask for nodes, chosen by a variable."""
        nodes = f"nodes {{ {' '.join(self.fields)} }}"
        return f"query Records($id: ID!, {variable}) {{ jockey(id: $id) {{ records({argument}) {{ {nodes} }} }} }}"

    def _choose(self, rows: list[Row]) -> list[Row]:
        return [{name: row[name] for name in self.fields} for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Workload):
    """The first rows."""

    connections: tuple[int, ...] = (1, 16, 100)

    @property
    def about(self) -> str:
        """Say what is asked."""
        return f"{self.rows:,} of 10,000 rows, from the front."

    @property
    def document(self) -> str:
        """Ask by ``first``."""
        return self._document("$first: Int", "first: $first")

    @property
    def variables(self) -> Mapping[str, Any]:
        """Give the number of rows too."""
        return {"id": LARGE_ID, "first": self.rows}

    def wanted(self, rows: list[Row]) -> list[Row]:
        """Cut the page."""
        return self._choose(rows[: self.rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Workload):
    """The rows of one going and a range of distances (metres, both ends included), in the file's order."""

    going: str
    nearest: int
    farthest: int

    @property
    def about(self) -> str:
        """Say what is asked."""
        return f"Of 10,000 rows those whose going is {self.going}, from {self.nearest:,} to {self.farthest:,} m."

    @property
    def document(self) -> str:
        """Ask by ``filter``."""
        return self._document("$filter: RaceRecordFilter", "filter: $filter")

    @property
    def variables(self) -> Mapping[str, Any]:
        """Give both tests too."""
        tests = {"going": {"eq": self.going}, "distance": {"gte": self.nearest, "lte": self.farthest}}
        return {"id": LARGE_ID, "filter": tests}

    def wanted(self, rows: list[Row]) -> list[Row]:
        """Test each row."""
        return self._choose(
            [row for row in rows if row["going"] == self.going and self.nearest <= row["distance"] <= self.farthest]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Workload):
    """Statistics of all rows, grouped by distance, the shortest first."""

    @property
    def about(self) -> str:
        """Say what is asked."""
        return "Of 10,000 rows, for each distance: starts with odds, wins, mean of the finishing position."

    @property
    def document(self) -> str:
        """Ask by ``groupBy``."""
        key, *statistics = self.fields
        group = f"key {{ {key} }} statistics {{ {' '.join(statistics)} }}"
        return f"query Groups($id: ID!) {{ jockey(id: $id) {{ records {{ groupBy(by: [DISTANCE]) {{ {group} }} }} }} }}"

    def wanted(self, rows: list[Row]) -> list[Row]:
        """Count."""
        groups: dict[int, list[Row]] = {}
        for row in rows:
            groups.setdefault(row["distance"], []).append(row)
        return [_count(distance, groups[distance]) for distance in sorted(groups)]

    @staticmethod
    def takes(answer: Any) -> list[Row]:
        """Take the groups out of an answer of this API's shape."""
        return [{**group["key"], **group["statistics"]} for group in answer["data"]["jockey"]["records"]["groupBy"]]


def _count(distance: int, rows: list[Row]) -> Row:
    positions = [row["finishPosition"] for row in rows if row["finishPosition"] is not None]
    return {
        "distance": distance,
        "ridesWithOdds": sum(row["winOdds"] is not None for row in rows),
        "wins": positions.count(1),
        "averageFinishPosition": sum(positions) / len(positions) if positions else None,
    }


SMALL = Listing(
    name="small", rows=1, fields=("date", "raceName", "horseName", "finishPosition", "prizeMoney"), shown_at=100
)
MEDIUM = Listing(name="medium", rows=1_000, fields=tuple(FIELDS), shown_at=16)
LARGE = Listing(name="large", rows=10_000, fields=tuple(FIELDS), shown_at=16)
FILTER = Filter(
    name="filter",
    rows=552,
    fields=("date", "raceName", "horseName", "distance", "going", "finishPosition", "prizeMoney"),
    connections=(16,),
    shown_at=16,
    going="OMO",
    nearest=1_600,
    farthest=2_000,
)
STATISTICS = Grouping(
    name="statistics",
    rows=26,
    fields=("distance", "ridesWithOdds", "wins", "averageFinishPosition"),
    connections=(16,),
    shown_at=16,
)
WORKLOADS: tuple[Workload, ...] = (SMALL, MEDIUM, LARGE, FILTER, STATISTICS)


def http(path: str, payload: Any = None) -> bytes:
    """Write one HTTP/1.1 request: a POST of ``payload`` as JSON, or a GET."""
    if payload is None:
        return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode()
    body = json.dumps(payload).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def sdl(values: dict[str, list[str]]) -> str:
    """Write the schema for the peers that want one; ``values`` are the enums' values."""
    enums = "\n".join(f"enum {name} {{ {' '.join(values[name])} }}" for name in ENUMS)
    fields = "\n".join(f"  {name}: {kind}" for name, kind in FIELDS.items())
    return f"""scalar Date
{enums}
enum GroupKey {{ DISTANCE }}
type RaceRecord {{
{fields}
}}
input GoingFilter {{ eq: Going! }}
input IntFilter {{ gte: Int!, lte: Int! }}
input RaceRecordFilter {{ going: GoingFilter!, distance: IntFilter! }}
type RaceGroupKey {{ distance: Int }}
type Statistics {{ ridesWithOdds: Int!, wins: Int!, averageFinishPosition: Float }}
type RaceGroup {{ key: RaceGroupKey!, statistics: Statistics! }}
type RaceRecordConnection {{ nodes: [RaceRecord]!, groupBy(by: [GroupKey!]!): [RaceGroup!]! }}
type Jockey {{ records(filter: RaceRecordFilter, first: Int): RaceRecordConnection! }}
type Query {{ jockey(id: ID!): Jockey }}
"""
