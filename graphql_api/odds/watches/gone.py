"""Ends watches whose webhook takes no more messages."""

from graphql_api.errors import DeliveryGone
from graphql_api.jobs.model import JobRecord
from graphql_api.services import Services

EVENTS = "odds."
"""How the types of the events of watches begin."""


async def end(services: Services, record: JobRecord) -> None:
    """End the watch whose delivery was answered 410; of any other failed job nothing is imported."""
    event = record.order.input.get("event")
    if record.error != DeliveryGone.code or not event or not event["type"].startswith(EVENTS):
        return
    from graphql_api.odds.watches.rounds import WatchRounds

    await services.get(WatchRounds).end(event["data"]["race_id"], record.order.input["owner"])
