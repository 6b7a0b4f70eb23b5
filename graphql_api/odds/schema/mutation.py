"""Mutations of watches of odds."""

from typing import Annotated

import strawberry

from graphql_api.access.payer import payer_of
from graphql_api.errors import NotFound
from graphql_api.execution.context import Context
from graphql_api.execution.cost import cost
from graphql_api.odds.schema.watches import OddsAlertInput, OddsWatchPayload, WatchId, show_watch
from graphql_api.races.ids import bridge_place, netkeiba_id
from graphql_api.races.lookup import race_at, race_by_id

MUTATION = cost(weight=200_000)
"""Part of the default limit of 3,000,000, so that one request creates 14 watches at most."""

Info = strawberry.Info[Context, None]


@strawberry.type
class Mutation:
    """The root fields that change watches."""

    @strawberry.mutation(
        description=(
            "Watch the odds of a race. An alert fires once when its condition becomes true, with the first stored odds "
            "that meet it. It fires again only after it was re-armed; see `OddsAlertKind`."
        ),
        metadata=MUTATION,
    )
    async def watch_odds(
        self,
        info: Info,
        race_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="netkeiba's id of the race, or an id of the form `YYYYMMDD_course_RR`."),
        ],
        alerts: Annotated[list[OddsAlertInput], strawberry.argument(description="The alerts, 1 to 10.")],
        webhook_url: Annotated[
            str | None,
            strawberry.argument(
                description="A public `https` URL that receives each firing, if the server sends webhooks."
            ),
        ] = None,
        client_request_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description=(
                    "A random UUID (idempotency key). A repeated request with the same UUID does not create another "
                    "watch."
                )
            ),
        ] = None,
    ) -> OddsWatchPayload:
        """Create a watch."""
        from graphql_api.odds.watches.service import Watches, WatchRequest  # with notifications and their keys

        context = info.context
        watches = context.use(Watches)
        race = await (
            race_at(context, bridge_place(race_id)) if "_" in race_id else race_by_id(context, netkeiba_id(race_id))
        )
        if race is None:
            raise NotFound("There is no such race.")
        request = WatchRequest(
            race=race,
            alerts=[each.request() for each in alerts],
            url=webhook_url,
            request_id=client_request_id,
            payer=payer_of(context.client),
        )
        watch_id, watch = await watches.create(request)
        return OddsWatchPayload(watch=show_watch(watch_id, watch), webhook_secret=await watches.secret(watch))

    @strawberry.mutation(description="Delete a watch. Returns true.", metadata=MUTATION)
    async def unwatch_odds(
        self,
        info: Info,
        id: WatchId,  # noqa: A002
        expected_version: Annotated[
            int | None,
            strawberry.argument(
                description="The expected version. If the watch has another version, the error code is `CONFLICT`."
            ),
        ] = None,
    ) -> bool:
        """Delete it."""
        from graphql_api.odds.watches.service import Watches

        await info.context.use(Watches).delete(id, expected_version)
        return True
