"""A betting slip: a list of planned tickets. This service does not buy tickets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from graphql_api.slips.tickets.ticket import Ticket
from graphql_api.slips.tickets.types import BetMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipItem:
    """A ticket on a slip, with the number of its combinations when it was added.

    ``race_id`` is netkeiba's, or the bridge's (``YYYYMMDD_course_RR``) if that is not known. ``bridge_id`` is None
    if the day of the race is not known. ``race_name`` is as it
    was known when the item was added. ``covered`` is a digest of the combinations.
    """

    id: str
    race_id: str
    bridge_id: str | None
    race_name: str | None
    method: BetMethod
    ticket: Ticket
    combinations: int
    covered: str
    unit_stake: int
    added_at: datetime

    @property
    def cost(self) -> int:
        """Return its cost in yen."""
        return self.combinations * self.unit_stake

    @property
    def look_up_id(self) -> str:
        """Return the id for look-ups of the race: the bridge's if known, since netkeiba's does not contain the day."""
        return self.bridge_id or self.race_id

    def is_same_bet(self, other: "SlipItem") -> bool:
        """Return whether both cover the same combinations of the same race, whatever the method and the stakes."""
        bet, another = ((item.race_id, item.ticket.bet_type, item.covered) for item in (self, other))
        return bet == another


@dataclass(frozen=True, slots=True)
class Done:
    """The effect of a client's request: a digest of the request, the changed item, and how it was changed."""

    asked: str
    item_id: str | None
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A version of a slip. Version 0 is not stored yet.

    ``done`` maps digests of the ids of clients' latest requests to their effects, oldest first.
    """

    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    version: int = 0
    items: tuple[SlipItem, ...] = ()
    done: Mapping[str, Done] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return the cost of all items in yen."""
        return sum(item.cost for item in self.items)

    def item(self, item_id: str | None) -> SlipItem | None:
        """Return an item by its id. None if there is none."""
        return next((item for item in self.items if item.id == item_id), None)
