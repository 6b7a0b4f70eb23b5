"""The steps that make a comment: check the cache, gather facts, generate, save, notify.

Each receives a state and returns it with the step's results, as JSON. The worker does all of them, and a workflow
of Step Functions calls each as a job. A step may be done twice. Only the first save has an effect.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

import orjson

from graphql_api.comments.counts import count
from graphql_api.comments.facts import facts_of
from graphql_api.comments.generation import Generation
from graphql_api.comments.lookup import find_race
from graphql_api.comments.model import Comment, CommentRequest
from graphql_api.comments.service import Comments, ListedRace
from graphql_api.comments.stored import read_comment, read_fact, read_wanted, write_comment, write_fact, write_wanted
from graphql_api.comments.template import introduction
from graphql_api.errors import StoreUnavailable
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.logs import EventLogger
from graphql_api.notifications.event import Event
from graphql_api.notifications.service import Notifications
from graphql_api.races.fact import Fact
from graphql_api.services import Services
from graphql_api.store.service import Store

State = Mapping[str, Any]
Step = Callable[[Services, State, float], Awaitable[State]]
"""A function of the services, the state, and the time limit in seconds."""

TOLD_SECONDS = 600.0
"""Maximum age of a found comment for which the operator is notified. The queue sends the same event only once."""

log = EventLogger(__name__)


async def check_cache(services: Services, state: State, _seconds: float) -> State:
    """Look for a fresh comment of the same sort. Set ``hit`` to whether there is one, and ``digest``."""
    found = await services.get(Comments).current(read_wanted(state))
    return {**state, "hit": found is not None, "digest": None if found is None else found.digest}


async def gather_facts(services: Services, state: State, seconds: float) -> State:
    """Gather the facts, and look for a comment on the same facts. Raises the errors of loading files."""
    begun, wanted, settings = time.perf_counter(), read_wanted(state), services.settings
    budget = Budget(values=settings.max_cost, seconds=seconds)
    with Context(services, settings=settings, budget=budget) as context, answered():
        race = await find_race(context, wanted.race_id)
        facts = await facts_of(context, race, wanted.kind, wanted.language)
    comments, about = services.get(Comments), introduction(race, wanted)
    digest = digest_of(wanted, about, facts, comments.writer.name)
    return {
        **state,
        "introduction": about,
        "facts": [write_fact(fact) for fact in facts],
        "listed": {"date": race.date.isoformat(), "name": race.name, "racecourse": race.racecourse},
        "digest": digest,
        "hit": await comments.find(wanted.race_id, digest) is not None,
        "ms": _milliseconds(begun),
    }


async def generate(services: Services, state: State, seconds: float) -> State:
    """Write the comment. If the model fails, the template writes it. Raises ``StoreUnavailable``."""
    begun, wanted, facts = time.perf_counter(), read_wanted(state), _facts(state)
    made = await services.get(Generation).write(wanted, state["introduction"], facts, seconds)
    fallback = None if made.fallback is None else made.fallback.name
    digest = digest_of(wanted, state["introduction"], facts, made.writer.name, fallback)
    comment = Comment(
        wanted=wanted,
        digest=digest,
        written=made.text,
        facts=facts,
        provider=made.writer.provider,
        model=made.writer.model,
        prompt_version=made.writer.version,
        latency_ms=round(state["ms"] + _milliseconds(begun), 2),
        created_at=datetime.now(UTC),
        fallback=made.fallback,
    )
    told = {key: value for key, value in state.items() if key not in ("facts", "introduction")}
    return {**told, "digest": digest, "comment": write_comment(comment), "budget_percent": made.budget_percent}


async def save(services: Services, state: State, _seconds: float) -> State:
    """Store the comment, unless another worker has stored one. Set ``new`` to whether it was stored."""
    comments, listed = services.get(Comments), state["listed"]
    made = read_comment(state["comment"])
    about = ListedRace(date.fromisoformat(listed["date"]), listed["name"], listed["racecourse"])
    return {**state, "new": await comments.keep(made, about)}


async def notify(services: Services, state: State, _seconds: float) -> State:
    """Count the comment, notify the operator of a new one, and return the result of the job."""
    wanted = read_wanted(state)
    comments = services.get(Comments)
    comment = await comments.find(wanted.race_id, state["digest"])
    is_new = state.get("new", False)
    told = {"race": wanted.race_id, "digest": state["digest"], "new": is_new}
    if comment is None:  # it has expired within the job
        return told
    await count(services.get(Store), comment, is_new=is_new)
    if is_new or comments.age(comment) < TOLD_SECONDS:  # whoever wrote it may have died before it could tell
        await _tell(services, comment)
    fallback = None if comment.fallback is None else comment.fallback.name
    return {**told, "fallback": fallback, "metrics": _metrics(comment, state, is_new=is_new)}


STEPS: Mapping[str, Step] = {
    "check": check_cache,
    "facts": gather_facts,
    "generate": generate,
    "save": save,
    "notify": notify,
}
SKIPPED_BY_HIT = frozenset({"facts", "generate", "save"})
"""Steps that are skipped if a comment is found."""


def digest_of(
    wanted: CommentRequest, about: str, facts: Sequence[Fact], writer: str, fallback: str | None = None
) -> str:
    """Return the digest of everything that a comment depends on: facts, introduction, model and prompt.

    A comment of the template in place of a model has its own digest, so that the model is asked the next time.
    """
    told = [(fact.statement, fact.sample, fact.value, fact.interval) for fact in facts]
    followed = [write_wanted(wanted), about, told, writer, fallback]
    return blake2b(orjson.dumps(followed, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


async def _tell(services: Services, comment: Comment) -> None:
    """Notify the operator. If that fails, only log it: the comment must not be written again."""
    fallback = None if comment.fallback is None else comment.fallback.name
    data = {
        **write_wanted(comment.wanted),
        "provider": comment.provider,
        "fallback": fallback,
        "digest": comment.digest,
    }
    event = Event(f"comment-{comment.digest}", "comment.written", comment.created_at, data)
    try:
        await services.get(Notifications).notify_operator(event)
    except StoreUnavailable as error:
        log.warning("comment_untold", **error.log_fields)


def _metrics(comment: Comment, state: State, *, is_new: bool) -> Mapping[str, float]:
    written = comment.written
    if not is_new:
        return {"CommentsReused": 1}
    return {
        "CommentsWritten": 1,
        "CommentLatency": comment.latency_ms,
        "CommentFallbacks": int(comment.fallback is not None),
        "CommentTokens": written.input_tokens + written.output_tokens,
        "CommentBudgetPercent": state.get("budget_percent") or 0,
    }


def _facts(state: State) -> tuple[Fact, ...]:
    return tuple(read_fact(state["race"], each) for each in state["facts"])


def _milliseconds(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 2)
