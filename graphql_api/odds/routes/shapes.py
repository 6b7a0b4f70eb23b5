"""Odds as plain JSON with horse numbers as keys, as a bridge writes them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql_api.odds.model import RANGES, Board, Line, Point, shown
from graphql_api.slips.tickets.combinations import every_combination
from graphql_api.slips.tickets.types import BetType


def board_shape(board: Board, types: Iterable[BetType]) -> Mapping[str, Any]:
    """Return the odds of a board of some types of bets."""
    lines = {each: board.lines[each] for each in types if each in board.lines}
    return {
        "race_id": board.race_id,
        "status": board.status.value,
        "as_of": board.as_of,
        "fetched_at": board.fetched_at,
        "stale": board.is_stale,
        **{each.value: _line(each, line, board.runners) for each, line in lines.items()},
    }


def point_shape(point: Point, horse_number: int | None) -> Mapping[str, Any]:
    """Return the odds of a moment, of all horses or of one."""
    horses = range(len(point.win)) if horse_number is None else range(horse_number - 1, horse_number)
    least, most = point.place
    place = {} if most is None else {str(each + 1): _range(least, most, each) for each in horses if each < len(least)}
    win = {str(each + 1): shown(point.win[each]) for each in horses if each < len(point.win)}
    return {"as_of": point.as_of, "status": point.status.value, "win": win, "place": place}


def _line(bet_type: BetType, line: Line, runners: int) -> Mapping[str, Any]:
    names = ("-".join(map(str, each)) for each in every_combination(bet_type, runners))
    if bet_type in RANGES and line.most is not None:
        return {name: _range(line.least, line.most, place) for place, name in enumerate(names)}
    return {name: shown(tenths) for name, tenths in zip(names, line.least, strict=True)}


def _range(least: Sequence[int], most: Sequence[int], place: int) -> Mapping[str, Any]:
    return {"min": shown(least[place]), "max": shown(most[place])}
