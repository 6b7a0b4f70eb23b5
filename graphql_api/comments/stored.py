"""Comments as bodies of the store: JSON objects, read and written."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from graphql_api.comments.model import Comment, CommentKind, CommentLanguage, CommentRequest, CommentStyle, Text
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.races.fact import Fact

Json = Mapping[str, Any]


def write_wanted(wanted: CommentRequest) -> dict[str, Any]:
    """Return a request as JSON."""
    return {
        "race": wanted.race_id,
        "kind": wanted.kind.value,
        "style": wanted.style.value,
        "language": wanted.language.value,
    }


def read_wanted(body: Json) -> CommentRequest:
    """Read a request."""
    kind, style = CommentKind(body["kind"]), CommentStyle(body["style"])
    return CommentRequest(body["race"], kind, style, CommentLanguage(body["language"]))


def write_comment(comment: Comment) -> Json:
    """Return the body of a comment."""
    return {
        "wanted": write_wanted(comment.wanted),
        "digest": comment.digest,
        "written": asdict(comment.written),
        "facts": [write_fact(fact) for fact in comment.facts],
        "provider": comment.provider,
        "model": comment.model,
        "promptVersion": comment.prompt_version,
        "latencyMs": comment.latency_ms,
        "createdAt": comment.created_at.isoformat(),
        "fallback": None if comment.fallback is None else comment.fallback.name,
    }


def read_comment(body: Json) -> Comment:
    """Read a comment."""
    return Comment(
        wanted=read_wanted(body["wanted"]),
        digest=body["digest"],
        written=Text(**body["written"]),
        facts=tuple(read_fact(body["wanted"]["race"], each) for each in body["facts"]),
        provider=body["provider"],
        model=body["model"],
        prompt_version=body["promptVersion"],
        latency_ms=body["latencyMs"],
        created_at=datetime.fromisoformat(body["createdAt"]),
        fallback=None if body["fallback"] is None else FallbackReason[body["fallback"]],
    )


def write_fact(fact: Fact) -> dict[str, Any]:
    """Return a fact as JSON, without the race, which is that of the request."""
    return {name: value for name, value in asdict(fact).items() if name != "race_id"}


def read_fact(race_id: str, body: Json) -> Fact:
    """Read a fact."""
    interval = body["interval"]
    return Fact(race_id, **{**body, "interval": None if interval is None else tuple(interval)})
