"""A lease in the store: only one run of updates at a time in all processes, and the time when the next has work.

It is taken by a conditional write, expires if its holder dies, and stores how many runs in a row failed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from graphql_api.errors import Conflict
from graphql_api.odds.model import AHEAD
from graphql_api.store.protocol import ItemStore, Key

KEY = Key("ODDS", "RUN")
LONGEST_RUN = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=10)
"""How long a run, and the pause behind it, last at most."""


class Next(NamedTuple):
    """Data for the next run: the number of runs that failed in a row, and the time before which there is no work."""

    failures: int
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """The lease of this run, valid until ``until``."""

    version: int
    failures: int
    until: datetime


class Lease:
    """The lease of one store. Its methods block."""

    def __init__(self, store: ItemStore) -> None:
        """Use the item in ``store``."""
        self._store = store

    def claim(self, now: datetime, seconds: float, *, at_once: bool = False) -> Claim | str:
        """Take the lease for some seconds, or return the reason why not: ``busy`` or ``idle``.

        With ``at_once`` a run starts even if nothing is due, but never while another one runs. Times that no run with a
        correct clock can have written are ignored.
        """
        item = self._store.get(KEY)
        body = {} if item is None else item.body
        if now.timestamp() < body.get("until", 0) <= (now + LONGEST_RUN + AHEAD).timestamp():
            return "busy"
        if not at_once and now.timestamp() < body.get("notBefore", 0) <= (now + LONGEST_PAUSE + AHEAD).timestamp():
            return "idle"
        until, failures = now + timedelta(seconds=seconds), body.get("failures", 0)
        try:
            claimed = self._store.put(
                KEY, {"until": until.timestamp(), "failures": failures}, expected=0 if item is None else item.version
            )
        except Conflict:
            return "busy"
        return Claim(claimed.version, failures, until)

    def release(self, claim: Claim, left: Next) -> bool:
        """Release the lease. Return False if it had expired and another run has it."""
        not_before = 0 if left.not_before is None else left.not_before.timestamp()
        try:
            self._store.put(
                KEY, {"until": 0, "failures": left.failures, "notBefore": not_before}, expected=claim.version
            )
        except Conflict:
            return False
        return True
