"""Making an item from a client's selection, with the race's field if it is known."""

import secrets
from datetime import datetime
from hashlib import blake2b

from graphql_api.slips.lookup import SlipRaces
from graphql_api.slips.model import SlipItem
from graphql_api.slips.races import bridge_id_of, field_of, id_of
from graphql_api.slips.tickets.combinations import combinations, cost, count
from graphql_api.slips.tickets.field import race_field
from graphql_api.slips.tickets.selections import Selection, read_selection
from graphql_api.slips.tickets.ticket import Ticket

MAX_NAME = 60
"""Maximum length of a race's name from a client, in characters. Longer ones are cut."""


async def prepare_item(
    race_id: str, selection: Selection, unit_stake: int, races: SlipRaces, now: datetime, name: str | None = None
) -> SlipItem:
    """Return an item of the race with a valid id.

    ``name`` is the race's name from the client. It is used if the race is not known.

    Raises ``BadUserInput`` for a selection or a stake that breaks a rule. If the race is not known, the field
    is assumed to be full.
    """
    race = await races.find(race_id)
    field = None if race is None else field_of(race)
    ticket = read_selection(selection, field or race_field())
    covered = count(ticket)
    cost(covered, unit_stake)
    return SlipItem(
        id=secrets.token_hex(4),
        race_id=race_id if race is None else id_of(race),
        bridge_id=bridge_id_of(race_id) if race is None else race.ids.bridge,
        race_name=(race and race.name) or (name and name.strip()[:MAX_NAME]) or None,
        method=selection.method,
        ticket=ticket,
        combinations=covered,
        covered=_digest(ticket),
        unit_stake=unit_stake,
        added_at=now,
    )


def _digest(ticket: Ticket) -> str:
    """Return a digest of the combinations. A full field has up to 4,896, which takes some milliseconds."""
    return blake2b(repr(list(combinations(ticket))).encode(), digest_size=12).hexdigest()
