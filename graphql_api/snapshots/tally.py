"""Counts of requests by outcome, and of how often each key was requested."""

from collections import Counter

from graphql_api.snapshots.trace import Outcome, Trace

MAX_COUNTED_KEYS = 10_000
"""Maximum number of counted keys. If there are more, the less requested half is deleted."""


class Tally:
    """Counts of the requests to one kind of snapshots. Callers lock."""

    def __init__(self, keys: int = MAX_COUNTED_KEYS) -> None:
        """Count at most ``keys``."""
        self.outcomes = Counter[Outcome]()
        self._asked = Counter[str]()
        self._keys = keys

    def count(self, outcome: Outcome, trace: Trace | None, key: str | None) -> None:
        """Count one request, here and in its trace. ``key`` is None if it was not found."""
        self.outcomes[outcome] += 1
        if trace is not None:
            trace.outcomes[outcome] = trace.outcomes.get(outcome, 0) + 1
        if key is not None:
            self._asked[key] += 1
            if len(self._asked) > self._keys:
                self._asked = Counter(dict(self._asked.most_common(self._keys // 2)))

    def most_asked(self, count: int) -> list[str]:
        """Return the most requested keys in descending order, at most ``count``."""
        return [key for key, _ in self._asked.most_common(count)]
