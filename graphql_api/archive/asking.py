"""What both engines have in common: a question in a thread, within the time of its request; small answers are kept."""

from abc import ABC, abstractmethod
from threading import Lock

from cachetools import LRUCache

from graphql_api.archive.held import Answer
from graphql_api.archive.questions import Statement
from graphql_api.errors import QueryTooComplex, RequestTimeout
from graphql_api.execution.budget import Budget
from graphql_api.workers import Workers, done

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the request still waits."""

MAX_VALUES = 3_000_000
"""Values that one question may give."""

KEPT_VALUES = 1_000_000
"""Values that are kept of earlier questions, in answers of a tenth of that at most: some 100 MB."""


class Question(ABC):
    """One question on its way."""

    grace = 0.0
    """Seconds for which the request waits until a question that was stopped has ended."""

    @abstractmethod
    def __call__(self) -> Answer:
        """Ask, in a thread."""

    @abstractmethod
    def stop(self) -> None:
        """End the question, also before it has begun."""


class Asking:
    """Asks questions of one version in threads."""

    def __init__(self, workers: Workers) -> None:
        """Keep nothing yet; questions run in ``workers``."""
        self._workers = workers
        self._lock = Lock()
        self._answers = LRUCache[Statement, Answer](KEPT_VALUES, lambda answer: answer.size)

    async def ask(self, statement: Statement, question: Question, budget: Budget) -> Answer:
        """Return the answer that is kept for ``statement``, or that of ``question``. Raises what it raises.

        A caller that gives up, or whose time is over (``RequestTimeout``), ends the question.
        """
        with self._lock:
            known = self._answers.get(statement)
        if known is not None:
            return known
        future = self._workers.begin(question)
        try:
            in_time = await done(future, min(LOOK_EVERY, max(0, budget.left)))
            while not in_time and budget.left > 0:
                in_time = await done(future, min(LOOK_EVERY, max(0, budget.left)))
        finally:
            if not future.done():  # the caller gave up, or its time is over
                question.stop()
                if not future.cancel() and question.grace:
                    await done(future, question.grace)
        if not in_time:
            raise RequestTimeout("The archive query took longer than the time limit of the request.")
        answer = future.result()
        if answer.size <= KEPT_VALUES // 10:
            with self._lock:
                self._answers[statement] = answer
        return answer

    def forget(self) -> None:
        """Let go of the answers that are kept."""
        with self._lock:
            self._answers.clear()


def checked(answer: Answer, most: int = MAX_VALUES) -> Answer:
    """Return an answer. Raises ``QueryTooComplex`` for one of more than ``most`` values."""
    if answer.size > most:
        raise QueryTooComplex(f"The query returns more than {most:,} values. Add a filter, or use fewer keys.")
    return answer
