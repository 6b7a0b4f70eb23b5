"""One run of updates at a time, over all processes: a lease in the store, with when the next run has something to do.

It is taken by a condition, ends by itself if its holder dies, and remembers how many runs in a row failed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from graphql_api.errors import Conflict
from graphql_api.store.protocol import ItemStore, Key

KEY = Key("ODDS", "RUN")


class Next(NamedTuple):
    """What a run leaves to the next one: runs that failed in a row, and the time before which nothing is to be done."""

    failures: int
    not_before: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease that this run holds until ``until``."""

    version: int
    failures: int
    until: datetime


class Lease:
    """The lease of one store; its methods block."""

    def __init__(self, store: ItemStore) -> None:
        """Keep it in ``store``."""
        self._store = store

    def claim(self, now: datetime, seconds: float, *, at_once: bool = False) -> Claim | str:
        """Take the lease for so many seconds; else return why not: ``busy`` or ``idle``.

        With ``at_once`` a run begins also where nothing is due, but never beside another.
        """
        item = self._store.get(KEY)
        body = {} if item is None else item.body
        if body.get("until", 0) > now.timestamp():
            return "busy"
        if not at_once and body.get("notBefore", 0) > now.timestamp():
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
        """Give the lease back; return False if it had ended, and another run has it."""
        not_before = 0 if left.not_before is None else left.not_before.timestamp()
        try:
            self._store.put(
                KEY, {"until": 0, "failures": left.failures, "notBefore": not_before}, expected=claim.version
            )
        except Conflict:
            return False
        return True
