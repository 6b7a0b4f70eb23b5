"""What was asked: requests by outcome, and jockeys by how often."""

from collections import Counter

from graphql_api.repository.trace import Outcome, Trace

COUNTED_IDS = 10_000
"""Jockeys counted; of more, the half asked least is forgotten."""


class Tally:
    """Counts of the requests to one repository. Callers lock."""

    def __init__(self, ids: int = COUNTED_IDS) -> None:
        """Count at most ``ids`` jockeys."""
        self.outcomes = Counter[Outcome]()
        self._asked = Counter[str]()
        self._ids = ids

    def count(self, outcome: Outcome, trace: Trace | None, jockey_id: str | None) -> None:
        """Count one request, here and in its trace, for a jockey that was found, or None."""
        self.outcomes[outcome] += 1
        if trace is not None:
            trace.outcomes[outcome] = trace.outcomes.get(outcome, 0) + 1
        if jockey_id is not None:
            self._asked[jockey_id] += 1
            if len(self._asked) > self._ids:
                self._asked = Counter(dict(self._asked.most_common(self._ids // 2)))

    def most_asked(self, ids: int) -> list[str]:
        """List the jockeys asked most, in that order, at most ``ids``."""
        return [jockey_id for jockey_id, _ in self._asked.most_common(ids)]
