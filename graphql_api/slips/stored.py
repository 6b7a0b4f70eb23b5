"""Slips as bodies of the store: JSON objects, read and written."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from graphql_api.slips.model import Done, Slip, SlipItem
from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BetMethod, BetType
from graphql_api.store.protocol import Item

Json = Mapping[str, Any]


def write_slip(slip: Slip) -> Json:
    """Return the body of a slip, without its version and expiry, which the store has."""
    return {
        "createdAt": slip.created_at.isoformat(),
        "updatedAt": slip.updated_at.isoformat(),
        "items": [write_item(item) for item in slip.items],
        "done": {request: [done.asked, done.item_id, done.is_merged] for request, done in slip.done.items()},
    }


def read_slip(stored: Item) -> Slip:
    """Read a slip from the store."""
    body = stored.body
    return Slip(
        created_at=datetime.fromisoformat(body["createdAt"]),
        updated_at=datetime.fromisoformat(body["updatedAt"]),
        expires_at=datetime.fromtimestamp(stored.expires or 0, UTC),
        version=stored.version,
        items=tuple(read_item(item) for item in body["items"]),
        done={request: Done(*done) for request, done in body["done"].items()},
    )


def write_item(item: SlipItem) -> Json:
    """Return an item as JSON."""
    ticket = item.ticket
    return {
        "id": item.id,
        "raceId": item.race_id,
        "bridgeId": item.bridge_id,
        "raceName": item.race_name,
        "type": ticket.bet_type.name,
        "method": item.method.name,
        "legs": [sorted(leg) for leg in ticket.legs],
        "multi": ticket.multi,
        "repeatable": sorted(ticket.repeatable),
        "combinations": item.combinations,
        "covered": item.covered,
        "unitStake": item.unit_stake,
        "addedAt": item.added_at.isoformat(),
    }


def read_item(body: Json) -> SlipItem:
    """Read an item."""
    legs = tuple(frozenset(leg) for leg in body["legs"])
    return SlipItem(
        id=body["id"],
        race_id=body["raceId"],
        bridge_id=body["bridgeId"],
        race_name=body["raceName"],
        method=BetMethod[body["method"]],
        ticket=Ticket(BetType[body["type"]], legs, body["multi"], frozenset(body["repeatable"])),
        combinations=body["combinations"],
        covered=body["covered"],
        unit_stake=body["unitStake"],
        added_at=datetime.fromisoformat(body["addedAt"]),
    )
