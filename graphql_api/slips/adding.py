"""A selection of a client made into an item, by the race's field where that is known."""

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
"""Characters of a race's name that a client tells; longer ones are cut."""


async def prepare_item(
    race_id: str, selection: Selection, unit_stake: int, races: SlipRaces, now: datetime, name: str | None = None
) -> SlipItem:
    """Return an item to add, of the race with a checked id.

    ``name`` is the race's as the client tells it; it is taken where the race is not known here.

    Raises ``BadUserInput`` for a selection or a stake that breaks a rule. Of a race that is not known the field
    is taken as a full gate.
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
    """Digest the combinations: at most 4,896 in a full gate, in some milliseconds."""
    return blake2b(repr(list(combinations(ticket))).encode(), digest_size=12).hexdigest()
