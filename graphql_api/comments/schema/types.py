"""Comments as GraphQL shows them: on their races, and on the jobs that write them."""

from datetime import datetime

import strawberry

from graphql_api.comments import model
from graphql_api.comments.schema.enums import CommentKind, CommentLanguage, CommentStyle
from graphql_api.execution.context import Context
from graphql_api.execution.cost import LOAD, cost
from graphql_api.job_status.schema.types import Job
from graphql_api.races.fact import Fact
from graphql_api.races.model import Race
from graphql_api.schema.fallbacks import FallbackReason

Info = strawberry.Info[Context, None]

FACTS = 20
"""Estimated number of facts of a comment."""

MOST = len(CommentKind) * len(CommentStyle) * len(CommentLanguage)


@strawberry.type(description="A fact that is used in a comment.")
class CommentFact:
    """Public face of ``races.fact.Fact``."""

    statement: str = strawberry.field(description="The fact as text.")
    source: str = strawberry.field(description="The records that the fact was computed from.")
    horse_number: int | None = strawberry.field(description="Number of the horse. Null if the fact is about the race.")
    sample: int | None = strawberry.field(
        description="Number of rides in the statistic. Null if no rides were counted."
    )
    value: float | None = strawberry.field(
        description="The rate, from 0 to 1. Null if there are fewer than 30 rides, or if the fact has no rate."
    )
    interval: list[float] | None = strawberry.field(description="Its 95 % interval: lower and upper bound.")


@strawberry.type(description="A comment on a race. It contains facts, and no prediction or advice to buy.")
class RaceComment:
    """Public face of ``model.Comment``."""

    kind: CommentKind = strawberry.field(description="Whether it is a preview or a review.")
    style: CommentStyle = strawberry.field(description="Length of the comment.")
    language: CommentLanguage = strawberry.field(description="Its language.")
    text: str = strawberry.field(description="The comment; it can have several lines.")
    advice: str = strawberry.field(description="A notice for the reader. It never advises to buy.")
    facts: list[CommentFact] = strawberry.field(
        metadata=cost(size=FACTS), description="All facts that the comment is based on."
    )
    provider: str = strawberry.field(description="Who wrote the comment: `template` (no model), `bedrock` or `http`.")
    model: str = strawberry.field(description="Name of the model. Null for the template.")
    prompt_version: str = strawberry.field(description="Version of the instructions for the model.")
    input_tokens: int = strawberry.field(description="Number of input tokens of the model. 0 if no model was called.")
    output_tokens: int = strawberry.field(description="Number of output tokens of the model. 0 if no model was called.")
    latency_ms: float = strawberry.field(description="Time for the facts and the comment, in milliseconds.")
    created_at: datetime = strawberry.field(description="Time at which the comment was written.")
    fallback: FallbackReason | None = strawberry.field(
        description="Why the template wrote the comment instead of the model. Null if that is not the case."
    )


async def _of_race(race: strawberry.Parent[Race], info: Info) -> list[RaceComment]:
    from graphql_api.comments.service import Comments

    return [show_comment(each) for each in await info.context.use(Comments).of_race(race.ids.bridge)]


async def _of_job(job: strawberry.Parent[Job], info: Info) -> RaceComment | None:
    from graphql_api.comments.service import Comments

    found = await info.context.use(Comments).written(job.record)
    return None if found is None else show_comment(found)


@strawberry.type
class CommentedRace:
    """The field that comments add to races."""

    comments: list[RaceComment] = strawberry.field(
        resolver=_of_race,
        description=(
            "The newest comment of each kind, style and language, newest first. `requestComment` requests a comment."
        ),
        metadata=cost(weight=LOAD // 2, size=MOST),
    )


@strawberry.type
class CommentingJob:
    """The field that comments add to jobs."""

    comment: RaceComment | None = strawberry.field(
        resolver=_of_job,
        description="The comment. Null until it is written, and for jobs that do not write comments.",
        metadata=cost(weight=LOAD // 2),
    )


def show_comment(comment: model.Comment) -> RaceComment:
    """Return the public face of a comment."""
    wanted, written = comment.wanted, comment.written
    return RaceComment(
        kind=wanted.kind,
        style=wanted.style,
        language=wanted.language,
        text=written.text,
        advice=written.advice,
        facts=[_fact(fact) for fact in comment.facts],
        provider=comment.provider,
        model=comment.model,
        prompt_version=comment.prompt_version,
        input_tokens=written.input_tokens,
        output_tokens=written.output_tokens,
        latency_ms=comment.latency_ms,
        created_at=comment.created_at,
        fallback=comment.fallback,
    )


def _fact(fact: Fact) -> CommentFact:
    return CommentFact(
        statement=fact.statement,
        source=fact.source,
        horse_number=fact.horse_number,
        sample=fact.sample,
        value=fact.value,
        interval=None if fact.interval is None else list(fact.interval),
    )
