"""Facts about the horses of a slip: about each horse's jockey, from records before the race."""

import asyncio
from collections.abc import Iterable, Sequence

from graphql_api.execution.context import Context
from graphql_api.language import Language
from graphql_api.races.fact import Fact
from graphql_api.races.model import Race
from graphql_api.races.ride_facts import Mount, RideQuestion, count_rides
from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.model import SlipItem
from graphql_api.slips.races import field_of

MAX_HORSES = 60
"""Maximum number of horses of a slip with facts. Each requires a jockey's file."""


async def mounts_of(items: Iterable[SlipItem], races: SlipRaces) -> list[Mount]:
    """Return the horses of a slip whose jockeys are known, each once."""
    found: dict[tuple[str, int], Mount] = {}
    for item in items:
        race = await races.find(item.race_id)
        if race is None:
            continue
        horses = horses_of(item, race)
        for runner in race.runners:
            if runner.horse_number in horses and runner.jockey_id is not None:
                mount = Mount(race, item.race_id, runner, runner.jockey_id)
                found.setdefault((item.race_id, runner.horse_number), mount)
    return list(found.values())[:MAX_HORSES]


def horses_of(item: SlipItem, race: Race) -> set[int]:
    """Return the horses of a ticket. For brackets, all horses in them."""
    numbers, field = set(item.ticket.numbers), field_of(race)
    if not item.ticket.rule.is_by_bracket:
        return numbers
    brackets = enumerate(field.bracket_of if field else (), 1)
    return {horse for horse, bracket in brackets if bracket in numbers}


async def facts_of(context: Context, mounts: Sequence[Mount], language: Language) -> list[Fact]:
    """Count the facts about some horses. A jockey without a file has none. Raises the errors of loading a file."""
    counting = (count_rides(context, mount, tuple(RideQuestion), language.value) for mount in mounts)
    return [fact for facts in await asyncio.gather(*counting) for fact in facts]
