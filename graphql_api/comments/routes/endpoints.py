"""Comments over plain HTTP: asked for with 202, read by the job's id, and a day's races that have some."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from math import ceil
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.comments.lookup import find_race, kind_for
from graphql_api.comments.model import Comment, CommentKind, CommentLanguage, CommentRequest, CommentStyle
from graphql_api.comments.service import Comments
from graphql_api.errors import BadUserInput, NotFound
from graphql_api.execution.budget import answered
from graphql_api.japan_time import JST
from graphql_api.jobs.model import POLL_AFTER, JobRecord
from graphql_api.web.json_body import json_object, read_body
from graphql_api.web.json_responses import uncached
from graphql_api.web.middleware import request_headers
from graphql_api.web.query_string import query_pairs, read_date, single
from graphql_api.web.route_context import request_context
from graphql_api.web.routes import Http

RETRY_AFTER = str(ceil(POLL_AFTER))

E = TypeVar("E", bound=Enum)


class CommentRoutes:
    """The endpoints."""

    def __init__(self, http: Http) -> None:
        """Answer by the services of ``http``."""
        self._http = http

    async def generate(self, request: Request) -> Response:
        """Ask for a comment."""
        limit = self._http.settings.max_body_bytes
        body = json_object(await read_body(request.receive, request_headers(request.scope), limit))
        race_id = body.get("race_id")
        if not isinstance(race_id, str):
            raise BadUserInput("'race_id' must be a text.")
        with request_context(self._http, request) as context, answered():
            race = await find_race(context, race_id)
        style = _member(body, "style", CommentStyle) or CommentStyle.FULL
        language = _member(body, "language", CommentLanguage) or CommentLanguage.JA
        wanted = CommentRequest(race.ids.bridge, kind_for(race, _member(body, "kind", CommentKind)), style, language)
        submitted = await self._http.services.get(Comments).request(wanted, race.date)
        headers = {"location": f"/comments/{submitted.id}", "retry-after": RETRY_AFTER}
        return uncached({"job_id": submitted.id, "status": submitted.record.state.value}, 202, headers)

    async def comment(self, request: Request) -> Response:
        """Show a job, with its comment once it is written."""
        comments = self._http.services.get(Comments)
        job_id = request.path_params["job_id"]
        record = await comments.job(job_id)
        if record is None:
            raise NotFound("There is no such job, or it has expired.")
        found = await comments.written(record)
        shown = {"job_id": job_id, **_job(record), "comment": None if found is None else _comment(found)}
        return uncached(shown, headers={} if record.is_finished else {"retry-after": RETRY_AFTER})

    async def races(self, request: Request) -> Response:
        """List a day's races that have comments."""
        given = single(query_pairs(request.scope), ("date",))
        day = _day(given.get("date"))
        found = await self._http.services.get(Comments).races(day)
        races = [
            {
                "race_id": race.race_id,
                "race_name": race.name,
                "venue": race.racecourse,
                "kinds": [kind.value for kind in race.kinds],
            }
            for race in found
        ]
        return uncached({"races": races, "target_date": day.isoformat()})


def _member(body: Mapping[str, Any], name: str, kind: type[E]) -> E | None:
    """Read a member of an enum; None where it is not given."""
    value = body.get(name)
    if value is None:
        return None
    known = {each.value: each for each in kind}
    if not isinstance(value, str) or value not in known:
        raise BadUserInput(f"'{name}' must be one of {', '.join(known)}.")
    return known[value]


def _day(text: str | None) -> date:
    """Read a day; without one it is today in Japan."""
    if text is None:
        return datetime.now(JST).date()
    return read_date("date", text)


def _job(record: JobRecord) -> dict[str, Any]:
    return {
        "status": record.state.value,
        "attempts": record.attempts,
        "error_code": record.error,
        "created_at": datetime.fromtimestamp(record.created, UTC),
    }


def _comment(comment: Comment) -> dict[str, Any]:
    wanted, written = comment.wanted, comment.written
    return {
        "race_id": wanted.race_id,
        "kind": wanted.kind.value,
        "style": wanted.style.value,
        "language": wanted.language.value,
        "generated_comment": written.text,
        "advice_comment": written.advice,
        "facts": [fact.statement for fact in comment.facts],
        "llm_provider": comment.provider,
        "fallback": comment.fallback is not None,
        "fallback_reason": None if comment.fallback is None else comment.fallback.name,
        "generation_metadata": {
            "model": comment.model,
            "prompt_version": comment.prompt_version,
            "input_tokens": written.input_tokens,
            "output_tokens": written.output_tokens,
            "latency_ms": comment.latency_ms,
        },
        "generated_at": comment.created_at,
    }
