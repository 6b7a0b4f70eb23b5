"""The data of races that slips use: ids, fields, non-starters, odds and results."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from graphql_api.errors import BadUserInput
from graphql_api.races.ids import RacePlace, bridge_place, netkeiba_id, place_of_netkeiba, race_ids
from graphql_api.races.model import NON_STARTERS, Race, RaceStatus
from graphql_api.slips.tickets.field import BRACKETS, RaceField, race_field


def race_of_graphql(text: str) -> str:
    """Return the id of a race on slips by netkeiba's id, or a bridge's with underscores. Raises ``BadUserInput``.

    Without underscores both have 12 digits and cannot be distinguished.
    """
    return race_at(bridge_place(text)) if "_" in text else netkeiba_id(text)


def race_at(place: RacePlace) -> str:
    """Return the id of the race at a place: netkeiba's, or the bridge's if the meeting is not known."""
    ids = race_ids(place)
    return ids.netkeiba or ids.bridge


def bridge_id_of(race_id: str) -> str | None:
    """Return the bridge's id of an unknown race. None if its id does not contain the day."""
    if "_" in race_id:
        return race_id
    place = place_of_netkeiba(race_id)
    return None if place is None else race_ids(place).bridge


def id_of(race: Race) -> str:
    """Return the id of a race on slips."""
    return race.id or race.ids.bridge


def field_of(race: Race) -> RaceField | None:
    """Return the field as declared. None if it is not known."""
    if race.declared_runners is None:
        return None
    brackets = Counter(runner.bracket_number for runner in race.runners)
    known = tuple(brackets[number] for number in range(1, BRACKETS + 1))
    try:
        return race_field(race.declared_runners, known if sum(known) == race.declared_runners else None)
    except BadUserInput:  # more runners than bets are sold on
        return None


def scratched(race: Race) -> frozenset[int]:
    """Return the known non-starters. If all starters of a race are known, all others are non-starters."""
    told = {runner.horse_number for runner in race.runners if runner.finish_status in NON_STARTERS}
    return frozenset({*told, *(race.completeness.missing_numbers if race.completeness.is_complete else ())})


def unknown_horses(race: Race) -> frozenset[int]:
    """Return the horses for which it is unknown whether they started."""
    return frozenset() if race.completeness.is_complete else frozenset(race.completeness.missing_numbers)


def is_closed(race: Race, now: datetime) -> bool:
    """Return whether sales have ended."""
    until = race.betting_deadline or race.post_time
    return race.status is not RaceStatus.UPCOMING or (until is not None and until <= now)


def win_odds(race: Race) -> Mapping[int, float]:
    """Return the known win odds by horse."""
    return {runner.horse_number: runner.win_odds for runner in race.runners if runner.win_odds}


def official_order(race: Race, places: int) -> list[list[int]] | None:
    """Return the official order with ties, down to ``places`` horses or to the end.

    None if a horse may be missing: each position has to follow from the number of horses before it.
    """
    placed = sorted((each.finish_position, each.horse_number) for each in race.known if each.finish_position)
    order: list[list[int]] = []
    before = 0
    for position, group in groupby(placed, lambda each: each[0]):
        if position != before + 1:
            return None
        if before >= places:
            return order
        order.append([horse for _, horse in group])
        before += len(order[-1])
    return order if before and race.completeness.is_complete else None
