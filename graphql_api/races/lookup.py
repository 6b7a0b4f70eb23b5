"""Looking up races in the archive and at the provider, and joining the race of both."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TypeVar

from graphql_api.archive.editions import Edition, edition, edition_or_none
from graphql_api.errors import EngineMissing, NotFound, UpstreamUnavailable
from graphql_api.execution.context import Context
from graphql_api.races import records
from graphql_api.races.cards import Card
from graphql_api.races.ids import RacePlace, race_ids
from graphql_api.races.joining import join
from graphql_api.races.live import LiveCards, is_live
from graphql_api.races.model import Race
from graphql_api.snapshots.snapshot import Snapshot

NO_RACES = Card({})

T = TypeVar("T")


async def race_by_id(context: Context, race_id: str) -> Race | None:
    """Return the race with a netkeiba id. None if it is not known. Raises as ``races_on``."""
    told = await _told(context, lambda archive: records.race(archive, context, race_id))
    key = race_id if told is None else told.ids.bridge  # which tells the day, so that nobody has to look for it
    card = await _card(context, key, is_known=told is not None)
    return join(told, card.by_id(race_id))


async def races_by_ids(context: Context, ids: Sequence[str]) -> list[Race | None]:
    """Return races in the order of their ids. Raises as ``races_on``."""
    return list(await gather(*(race_by_id(context, race_id) for race_id in ids)))


async def race_at(context: Context, place: RacePlace) -> Race | None:
    """Return the race at a place. None if it is not known. Raises as ``races_on``."""
    bridge_id = race_ids(place).bridge
    listed = await _told(context, lambda archive: records.day(archive, context, place.day)) or ()
    told = next((race for race in listed if race.ids.bridge == bridge_id), None)
    card = await _card(context, bridge_id, is_known=told is not None)
    return join(told, card.get(RacePlace(place.day, place.course, place.number)))


async def races_on(context: Context, day: date) -> Sequence[Race]:
    """Return the races of a day, by racecourse and number.

    Raises ``IndexRequired`` if there is neither an archive nor a provider, and ``UpstreamUnavailable`` if the
    provider fails and the archive has no data.
    """
    told = await _told(context, lambda archive: records.day(archive, context, day)) or ()
    card = await _card(context, day.isoformat(), is_known=bool(told))
    by_bridge = {race.ids.bridge: race for race in told}
    cards = {race.ids.bridge: race for race in card.values()}
    joined = (join(by_bridge.get(bridge_id), cards.get(bridge_id)) for bridge_id in sorted({*by_bridge, *cards}))
    return tuple(race for race in joined if race is not None)


async def archive_of(context: Context) -> Edition | None:
    """Return the archive. None if there is none, but a provider of races."""
    return await (edition_or_none(context) if is_live(context.settings) else edition(context))


async def _told(context: Context, ask: Callable[[Edition], Awaitable[T]]) -> T | None:
    """Return the data of the archive. None if a provider is used without an archive, or without its engine."""
    archive = await archive_of(context)
    if archive is None:
        return None
    try:
        return await ask(archive)
    except EngineMissing:
        if is_live(context.settings):
            return None
        raise


async def _card(context: Context, key: str, *, is_known: bool) -> Card:
    """Return a card, which is empty if there is none. If the provider fails, data of the archive is still used."""
    if not is_live(context.settings):
        return NO_RACES
    loading = context.load(LiveCards, key)
    try:
        snapshot = loading if isinstance(loading, Snapshot) else await loading
    except NotFound:
        return NO_RACES
    except UpstreamUnavailable:
        if is_known:
            return NO_RACES
        raise
    return _stale(snapshot.value) if snapshot.stale else snapshot.value


def _stale(card: Card) -> Card:
    """Mark the sources of all races."""
    return Card({place: partial(_mark, card, place) for place in card})


def _mark(card: Card, place: RacePlace) -> Race:
    race = card[place]
    return replace(race, sources=tuple(replace(source, is_stale=True) for source in race.sources))
