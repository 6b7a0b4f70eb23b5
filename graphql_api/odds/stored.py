"""Odds as items of the store.

``ODDS#{race}``: ``LATEST`` is the whole board, and an item by the source's time, in UTC, is a point of the history.
``ODDS_DAY#{date}``: a row for each race, with what is done and the first and last odds to win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from graphql_api.japan_time import JST
from graphql_api.odds.model import Board, Line, OddsStatus, Point
from graphql_api.odds.packing import pack, unpack
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import Item, Key

POINTS = "2"
"""Prefix of the sort keys of points, which are times. The key of the board has another one."""

NONE = Line((), ())


def board_key(race_id: str) -> Key:
    """Return the key of a race's newest board."""
    return Key(f"ODDS#{race_id}", "LATEST")


def point_key(race_id: str, as_of: datetime) -> Key:
    """Return the key of a point of the history."""
    return Key(f"ODDS#{race_id}", as_of.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))


def row_key(day: date, race_id: str) -> Key:
    """Return the key of a race's row."""
    return Key(f"ODDS_DAY#{day.isoformat()}", race_id)


def write_board(board: Board) -> Mapping[str, Any]:
    """Return the body of a board."""
    types, packed = pack(board.lines)
    return {
        "runners": board.runners,
        "status": board.status.value,
        "asOf": board.as_of.timestamp(),
        "fetchedAt": board.fetched_at.timestamp(),
        "types": types,
        "packed": packed,
    }


def read_board(race_id: str, body: Mapping[str, Any]) -> Board:
    """Read a board."""
    return Board(
        race_id=race_id,
        runners=body["runners"],
        status=OddsStatus(body["status"]),
        as_of=moment(body["asOf"]),
        fetched_at=moment(body["fetchedAt"]),
        lines=unpack(body["types"], body["packed"], body["runners"]),
    )


def write_point(board: Board) -> Mapping[str, Any]:
    """Return the body of a point: the odds to win and for a place."""
    win, place = board.lines.get(BetType.WIN, NONE), board.lines.get(BetType.PLACE, NONE)
    return {"status": board.status.value, "win": win.least, "place": [place.least, place.most or ()]}


def read_point(item: Item) -> Point:
    """Read a point."""
    body = item.body
    least, most = body["place"]
    as_of = datetime.fromisoformat(item.key.sk).astimezone(JST)
    return Point(as_of, OddsStatus(body["status"]), body["win"], Line(least, most))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A race on its day. ``slot`` is the last due time that was served, in seconds since 1970.

    ``first`` and ``last`` are the day's first and newest odds to win in tenths, by horse number.
    ``is_compacted`` tells that this was done with the history behind the final odds.
    """

    race_id: str
    slot: float
    status: OddsStatus
    as_of: datetime
    first: Sequence[int]
    last: Sequence[int]
    first_at: datetime
    is_compacted: bool = False


def write_row(row: Row) -> Mapping[str, Any]:
    """Return the body of a row."""
    return {
        "slot": row.slot,
        "status": row.status.value,
        "asOf": row.as_of.timestamp(),
        "first": row.first,
        "last": row.last,
        "firstAt": row.first_at.timestamp(),
        "compacted": row.is_compacted,
    }


def read_row(item: Item) -> Row:
    """Read a row."""
    body = item.body
    return Row(
        race_id=item.key.sk,
        slot=body["slot"],
        status=OddsStatus(body["status"]),
        as_of=moment(body["asOf"]),
        first=body["first"],
        last=body["last"],
        first_at=moment(body["firstAt"]),
        is_compacted=body.get("compacted", False),
    )


def moment(seconds: float) -> datetime:
    """Return the time in Japan of a number of seconds since 1970."""
    return datetime.fromtimestamp(seconds, JST)
