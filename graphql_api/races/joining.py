"""Joining a race of two providers: its result from the archive, and its card from another provider."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from graphql_api.races.model import Conflict, Race, RaceStatus, Runner
from graphql_api.text import compatible

_LISTS = frozenset({"runners", "conflicts", "sources", "status"})


def join(result: Race | None, card: Race | None) -> Race | None:
    """Return one race from two with the same id. None if both are None.

    The values of the result have priority, since it is newer. The card replaces null values. A runner whose horse is
    different on the card is a conflict.
    """
    if result is None or card is None:
        return result or card
    runners, conflicts = _join_runners(result, card)
    return replace(
        result,
        **_filled(result, card, _LISTS),
        status=card.status if result.status is RaceStatus.UNKNOWN else result.status,
        runners=tuple(runners),
        conflicts=(*result.conflicts, *conflicts),
        sources=(*result.sources, *card.sources),
    )


def _filled(known: Any, other: Any, left_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the fields that only ``other`` has."""
    names = [field.name for field in fields(known) if field.name not in left_out]
    return {name: getattr(other, name) for name in names if getattr(known, name) in (None, ())}


def _join_runners(result: Race, card: Race) -> tuple[Iterable[Runner], list[Conflict]]:
    known = {runner.horse_number: runner for runner in result.runners}
    conflicts = []
    for runner in card.runners:
        mine = known.get(runner.horse_number)
        if mine is None or not mine.is_known:
            known[runner.horse_number] = runner
        elif _is_other_horse(mine, runner):
            conflicts.append(Conflict("horse_name", mine.horse_number, (runner.horse_name or "",), ()))
        else:
            known[runner.horse_number] = replace(mine, **_filled(mine, runner))
    return (known[number] for number in sorted(known)), conflicts


def _is_other_horse(mine: Runner, other: Runner) -> bool:
    names = (mine.horse_name, other.horse_name)
    return None not in names and len({compatible(name or "") for name in names}) > 1
