"""Looking up races for comments."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from graphql_api.comments.model import CommentKind
from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.context import Context
from graphql_api.races.ids import bridge_place, netkeiba_id
from graphql_api.races.lookup import race_at, race_by_id, races_on
from graphql_api.races.model import Race, RaceStatus
from graphql_api.services import Services


class CommentRaces:
    """The service for races of the archive and of the provider."""

    @classmethod
    def open(cls, _services: Services) -> Self:
        """Return the service, which uses the request's context."""
        return cls()

    async def race(self, context: Context, race_id: str) -> Race | None:
        """Return a race by netkeiba's id, or by a bridge's with underscores. Raises ``BadUserInput``."""
        if "_" in race_id:
            return await race_at(context, bridge_place(race_id))
        return await race_by_id(context, netkeiba_id(race_id))

    async def day(self, context: Context, day: date) -> Sequence[Race]:
        """Return the races of a day."""
        return await races_on(context, day)


async def find_race(context: Context, race_id: str) -> Race:
    """Return a race that may have comments. Raises ``NotFound``, and ``BadUserInput`` for an abandoned race."""
    race = await context.use(CommentRaces).race(context, race_id)
    if race is None:
        raise NotFound("There is no such race.")
    if race.status is RaceStatus.ABANDONED:
        raise BadUserInput("The race was cancelled, so there is no comment on it.")
    return race


def kind_for(race: Race, asked: CommentKind | None) -> CommentKind:
    """Return the kind of a comment: the requested one, or that of the state of the race. Raises ``BadUserInput``."""
    is_run = race.status is RaceStatus.OFFICIAL
    if asked is CommentKind.REVIEW and not is_run:
        raise BadUserInput("The race has no result yet, so there is no review. Request a PREVIEW.")
    return asked or (CommentKind.REVIEW if is_run else CommentKind.PREVIEW)
