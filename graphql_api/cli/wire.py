"""HTTP/1.1 as bytes: complete responses, and refusals of bytes that are not a request."""

from http import HTTPStatus

from graphql_api.web.middleware import SECURITY_HEADERS
from graphql_api.web.refusals import refusal
from graphql_api.web.replay import Headers, Replayed

STATUS_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}


def written(answer: Replayed, default_headers: Headers) -> bytes:
    """Return the bytes of a response whose headers contain its length."""
    parts = [STATUS_LINES[answer.status]]
    for name, value in (*default_headers, *answer.headers):
        parts += name, b": ", value, b"\r\n"
    return b"".join([*parts, b"\r\n", *answer.chunks])


def closing(status: int, detail: str, default_headers: Headers) -> bytes:
    """Return the bytes of a refusal after which the connection is closed."""
    head, body = refusal(status, detail)
    headers = [*head["headers"], (b"connection", b"close"), *SECURITY_HEADERS]
    return written(Replayed(status, headers, (body["body"],)), default_headers)
