"""Watches as items of the store.

``ODDS_WATCHES#{race}``: an item for each watch, by the digest of its id, and ``COUNT`` with their number. So one query
finds all that watch a race. ``ODDS_WATCH#{digest}`` names the race of a watch. ``ODDS_WATCHERS#{date}``: how many were
created on a day, by API key or by address.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from graphql_api.odds.stored import moment
from graphql_api.odds.watches.model import Firing, Watch
from graphql_api.odds.watches.rules import Alert, AlertState, Crossing, OddsAlertKind
from graphql_api.slips.tickets.types import BetType
from graphql_api.store.protocol import Item, Key

WATCHES = "WATCH#"
"""How the sort keys of watches begin."""


def watch_key(race_id: str, name: str) -> Key:
    """Return the key of a watch; ``name`` is the digest of its id."""
    return Key(f"ODDS_WATCHES#{race_id}", WATCHES + name)


def count_key(race_id: str) -> Key:
    """Return the key of the number of watches of a race."""
    return Key(f"ODDS_WATCHES#{race_id}", "COUNT")


def race_key(name: str) -> Key:
    """Return the key of the item that names the race of a watch."""
    return Key(f"ODDS_WATCH#{name}", "RACE")


def day_key(day: date, payer: str) -> Key:
    """Return the key of the number of watches that a caller created on a day."""
    return Key(f"ODDS_WATCHERS#{day.isoformat()}", payer)


def write_watch(watch: Watch) -> Mapping[str, Any]:
    """Return the body of a watch."""
    return {
        "createdAt": watch.created_at.timestamp(),
        "alerts": [
            [each.kind.value, each.bet_type.value, each.horse_number, each.threshold, each.minutes]
            for each in watch.alerts
        ],
        "states": [list(each) for each in watch.states],
        "firings": [[each.alert, list(each.crossing), each.fired_at, each.is_sent] for each in watch.firings],
        "url": watch.url,
        "final": watch.is_final,
        "gone": watch.is_gone,
        "asked": watch.asked,
    }


def read_watch(item: Item) -> Watch:
    """Read a watch."""
    body = item.body
    return Watch(
        name=item.key.sk.removeprefix(WATCHES),
        race_id=item.key.pk.partition("#")[2],
        created_at=moment(body["createdAt"]),
        expires_at=moment(item.expires or 0),
        alerts=tuple(
            Alert(
                kind=OddsAlertKind(kind),
                bet_type=BetType(bet_type),
                horse_number=number,
                threshold=threshold,
                minutes=minutes,
            )
            for kind, bet_type, number, threshold, minutes in body["alerts"]
        ),
        states=tuple(AlertState(*each) for each in body["states"]),
        firings=tuple(
            Firing(alert, Crossing(*crossing), fired_at, is_sent)
            for alert, crossing, fired_at, is_sent in body["firings"]
        ),
        url=body["url"],
        is_final=body["final"],
        is_gone=body.get("gone", False),
        asked=body["asked"],
        version=item.version,
    )
