"""The job that writes a comment: it gathers facts; a comment on the very same facts is given again."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import orjson

from graphql_api.comments import template
from graphql_api.comments.counts import count
from graphql_api.comments.facts import facts_of
from graphql_api.comments.lookup import find_race
from graphql_api.comments.model import Comment, Wanted
from graphql_api.comments.service import Comments
from graphql_api.comments.stored import read_wanted, write_wanted
from graphql_api.comments.writers import MODEL, PROMPT_VERSION, PROVIDER, WRITER
from graphql_api.execution.budget import Budget, answered
from graphql_api.execution.context import Context
from graphql_api.jobs.runner import JobResult, JobRun
from graphql_api.races.fact import Fact
from graphql_api.races.model import Race
from graphql_api.services import Services
from graphql_api.store.service import Store


async def comment_job(services: Services, run: JobRun) -> JobResult:
    """Write the comment that the input asks for, and tell where it is kept."""
    wanted = read_wanted(run.input)
    settings = services.settings
    context = Context(services, settings=settings, budget=Budget(values=settings.max_cost, seconds=run.seconds))
    begun = time.perf_counter()
    with answered():
        race = await find_race(context, wanted.race_id)
        facts = await facts_of(context, race, wanted.kind, wanted.language)
    comments, digest = services.get(Comments), digest_of(race, wanted, facts)
    found = await comments.find(wanted.race_id, digest)
    if found is None:
        made = _write(race, wanted, facts, digest, begun)
        kept = await comments.keep(made, race)
        is_new = kept is made
    else:
        kept, is_new = found, False
    await count(services.get(Store), kept, is_new=is_new)
    metrics = {"CommentsWritten": int(is_new), "CommentsReused": int(not is_new), "CommentLatency": kept.latency_ms}
    return JobResult({"race": wanted.race_id, "digest": digest, "new": is_new}, metrics)


def digest_of(race: Race, wanted: Wanted, facts: Sequence[Fact]) -> str:
    """Digest all that a comment follows from: its facts, how the race is introduced, the model and its prompt."""
    told = [(fact.statement, fact.sample, fact.value, fact.interval) for fact in facts]
    followed = [write_wanted(wanted), template.introduction(race, wanted), told, WRITER]
    return blake2b(orjson.dumps(followed, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _write(race: Race, wanted: Wanted, facts: Sequence[Fact], digest: str, begun: float) -> Comment:
    written = template.write(race, wanted, facts)
    return Comment(
        wanted=wanted,
        digest=digest,
        written=written,
        facts=tuple(facts),
        provider=PROVIDER,
        model=MODEL,
        prompt_version=PROMPT_VERSION,
        latency_ms=round((time.perf_counter() - begun) * 1000, 2),
        created_at=datetime.now(UTC),
    )
