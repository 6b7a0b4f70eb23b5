"""HTTP/1.1 as bytes: whole answers, and refusals of what never becomes a request."""

from http import HTTPStatus

from starlette.types import Message

from graphql_api.web.middleware import SECURITY_HEADERS, Headers
from graphql_api.web.refusals import refusal

STATUS_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}


def written(messages: list[Message], default_headers: Headers) -> bytes:
    """Write an answer; its head tells its length."""
    head, *bodies = messages
    parts = [STATUS_LINES[head["status"]]]
    for name, value in (*default_headers, *head["headers"]):
        parts += name, b": ", value, b"\r\n"
    return b"".join([*parts, b"\r\n", *(each["body"] for each in bodies)])


def closing(status: int, detail: str, default_headers: Headers) -> bytes:
    """Write a refusal behind which the connection is closed."""
    head, body = refusal(status, detail)
    head["headers"] += (b"connection", b"close"), *SECURITY_HEADERS
    return written([head, body], default_headers)
