"""Watches of odds as GraphQL types."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry

from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.jobs import model as jobs
from graphql_api.odds.schema.enums import OddsAlertKind, OddsDelivery, OddsWatchStatus
from graphql_api.odds.watches import model, rules
from graphql_api.slips.schema.enums import BetType

if TYPE_CHECKING:
    from graphql_api.odds.watches.requests import AlertRequest

Info = strawberry.Info[Context, None]

DELIVERIES = {
    jobs.JobState.QUEUED: OddsDelivery.QUEUED,
    jobs.JobState.RUNNING: OddsDelivery.QUEUED,
    jobs.JobState.SUCCEEDED: OddsDelivery.DELIVERED,
    jobs.JobState.FAILED: OddsDelivery.FAILED,
}


@strawberry.input(description="An alert on the odds of a horse.")
class OddsAlertInput:
    """What a client writes; ``requests`` checks it."""

    kind: OddsAlertKind = strawberry.field(description="The condition.")
    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    threshold: float = strawberry.field(
        description="BELOW, ABOVE: odds, to a tenth. PERCENT: the change in percent, below 0 for shorter odds."
    )
    minutes: int | None = strawberry.field(
        default=None, description="Only for PERCENT, and required: the number of minutes of the change, at most 60."
    )
    type: BetType = strawberry.field(
        default=BetType.WIN, description="WIN or PLACE. For PLACE the lower bound of the odds is compared."
    )

    def request(self) -> "AlertRequest":
        """Return it as the service knows it."""
        from graphql_api.odds.watches.requests import AlertRequest

        return AlertRequest(self.kind, self.type, self.horse_number, self.threshold, self.minutes)


@strawberry.type(description="An alert on the odds of a horse, and whether it can fire.")
class OddsAlert:
    """Public face of ``rules.Alert`` and ``rules.AlertState``."""

    kind: OddsAlertKind = strawberry.field(description="The condition.")
    horse_number: int = strawberry.field(description="Number of the horse (馬番).")
    type: BetType = strawberry.field(description="WIN, or PLACE: the lower bound of the odds.")
    threshold: float = strawberry.field(description="Odds, or for PERCENT the change in percent.")
    minutes: int | None = strawberry.field(description="For PERCENT: the minutes of the change. Null otherwise.")
    is_armed: bool = strawberry.field(
        name="armed", description="Whether the alert can fire. False after a firing, until it is re-armed."
    )
    fired: int = strawberry.field(description="How often it has fired.")


@strawberry.type(description="A firing of an alert, once per crossing.")
class OddsFiring:
    """Public face of ``model.Firing``."""

    watch: strawberry.Private[model.Watch]
    firing: strawberry.Private[model.Firing]
    id: strawberry.ID = strawberry.field(description="Id of the event. The webhook receives it as `webhook-id`.")
    alert: OddsAlert = strawberry.field(description="The alert, as it is now.")
    crossing: int = strawberry.field(description="Number of firings of the alert up to this one, from 1.")
    fired_at: dt.datetime = strawberry.field(description="Time at which the service detected the crossing.")
    as_of: dt.datetime = strawberry.field(description="Time of the odds.")
    odds_before: float | None = strawberry.field(
        description="The previous odds; for PERCENT the odds before the change. Null if there were none."
    )
    odds: float = strawberry.field(description="The odds that met the condition.")

    @strawberry.field(
        description="Status of the delivery to the webhook. Null without a webhook, and once its record has expired.",
        metadata=cost(weight=LOAD // 5),
    )
    async def delivery(self, info: Info) -> OddsDelivery | None:
        """Look its job up."""
        from graphql_api.odds.watches.service import Watches

        state = await info.context.use(Watches).delivery(self.watch, self.firing)
        return None if state is None else DELIVERIES[state]


@strawberry.type(description="A watch of the odds of a race.")
class OddsWatch:
    """Public face of ``model.Watch``."""

    watch: strawberry.Private[model.Watch]
    id: strawberry.ID = strawberry.field(description="Secret id. Anyone who knows it can read and delete the watch.")
    bridge_id: str = strawberry.field(description="Id of the race, in the form `YYYYMMDD_course_RR`.")
    version: int = strawberry.field(description="Version number. It increases by 1 when an alert fires or is re-armed.")
    status: OddsWatchStatus = strawberry.field(description="Status.")
    created_at: dt.datetime = strawberry.field(description="Time of creation. Only later odds fire alerts.")
    expires_at: dt.datetime = strawberry.field(description="Time at which it expires: the end of the next day.")
    webhook_url: str | None = strawberry.field(
        description="The webhook that receives the firings. Null without a webhook."
    )

    @strawberry.field(description="The alerts, in the order of the request.", metadata=cost(size=model.MAX_ALERTS))
    def alerts(self) -> list[OddsAlert]:
        """Show the alerts."""
        return [_alert(self.watch, place) for place in range(len(self.watch.alerts))]

    @strawberry.field(description="Firings of the alerts, oldest first.", metadata=cost(size=model.MAX_FIRINGS))
    def firings(self) -> list[OddsFiring]:
        """Show the firings."""
        return [_firing(self.watch, each) for each in self.watch.firings]


@strawberry.type(description="A new watch.")
class OddsWatchPayload:
    """What ``watchOdds`` returns."""

    watch: OddsWatch = strawberry.field(description="The watch.")
    webhook_secret: str | None = strawberry.field(
        description=(
            "The secret that signs the messages to the webhook (Standard Webhooks). Only this mutation "
            "shows it. Null without a webhook."
        )
    )


def show_watch(watch_id: str, watch: model.Watch) -> OddsWatch:
    """Return a watch as GraphQL shows it."""
    return OddsWatch(
        watch=watch,
        id=strawberry.ID(watch_id),
        bridge_id=watch.race_id,
        version=watch.version,
        status=watch.status,
        created_at=watch.created_at,
        expires_at=watch.expires_at,
        webhook_url=watch.url,
    )


def _alert(watch: model.Watch, place: int) -> OddsAlert:
    alert: rules.Alert = watch.alerts[place]
    state = watch.states[place]
    return OddsAlert(
        kind=alert.kind,
        horse_number=alert.horse_number,
        type=alert.bet_type,
        threshold=alert.threshold / 10,
        minutes=alert.minutes or None,
        is_armed=state.is_armed,
        fired=state.fired,
    )


def _firing(watch: model.Watch, firing: model.Firing) -> OddsFiring:
    from graphql_api.odds.stored import moment

    crossing = firing.crossing
    return OddsFiring(
        watch=watch,
        firing=firing,
        id=strawberry.ID(watch.event_id(firing)),
        alert=_alert(watch, firing.alert),
        crossing=crossing.number,
        fired_at=moment(firing.fired_at),
        as_of=moment(crossing.at),
        odds_before=None if crossing.before is None else crossing.before / 10,
        odds=crossing.odds / 10,
    )


WatchId = Annotated[strawberry.ID, strawberry.argument(description="The id that `watchOdds` returned.")]
