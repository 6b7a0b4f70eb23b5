"""A Lambda function over a small app that says what it was asked, misbehaves, or answers as much as it is told to."""

import asyncio
import base64
import gzip
import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from graphql_api.functions.api import http_events
from graphql_api.functions.dispatch import Kind, dispatch
from graphql_api.functions.gateway import is_http
from graphql_api.functions.streaming import StreamedEvents


async def echo(request: Request) -> Response:
    """Tell what arrived, and in which process, loop and invocation."""
    return JSONResponse(
        {
            "method": request.method,
            "name": request.path_params["name"],
            "url": str(request.url),
            "query": request.query_params.multi_items(),
            "headers": dict(request.headers),
            "cookies": request.cookies,
            "body": base64.b64encode(await request.body()).decode(),
            "client": request.client.host,
            "pid": os.getpid(),
            "loop": id(asyncio.get_running_loop()),
            "request_id": request.scope["aws.context"].aws_request_id,
        }
    )


async def reply(request: Request) -> Response:
    """Answer ``count`` times ``text`` as ``type``, compressed where that is asked for, with two cookies."""
    asked = request.query_params
    body = (asked.get("text", "") * int(asked.get("count", 1))).encode()
    response = Response(body, media_type=asked["type"], headers={"etag": '"1"', "access-control-allow-origin": "*"})
    if "gzip" in request.headers.get("accept-encoding", ""):
        response = Response(gzip.compress(body), headers={"content-type": asked["type"], "content-encoding": "gzip"})
    response.headers["x-request-id"] = "example-id"
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


async def fail(_: Request) -> Response:
    """Fail before a byte is sent."""
    raise RuntimeError("the cause is for the log")


async def break_off(_: Request) -> Response:
    """Fail when part of the body is sent."""

    async def parts():
        yield b"the beginning"
        raise RuntimeError("the cause is for the log")

    return StreamingResponse(parts())


async def generate(request: Request) -> Response:
    """Answer so many MB, whose length is not told, part by part."""
    part = bytes(range(256)) * 4096

    async def parts():
        for _ in range(int(request.query_params["mb"])):
            yield part

    return StreamingResponse(parts())


async def pieces(request: Request) -> Response:
    """Answer so many pieces of some bytes each."""
    asked = request.query_params

    async def parts():
        for _ in range(int(asked["count"])):
            yield b"x" * int(asked["bytes"])

    return StreamingResponse(parts())


async def known(request: Request) -> Response:
    """Answer a body of a known length, or only its head, with a status."""
    asked = request.query_params
    return Response(
        b"x" * int(asked["bytes"]), int(asked.get("status", 200)), {"x-long": "y" * int(asked.get("header", 1))}
    )


app = Starlette(
    routes=[
        Route("/echo/{name}", echo, methods=["GET", "POST", "PUT", "DELETE"]),
        Route("/reply", reply),
        Route("/graphql", reply),
        Route("/fail", fail),
        Route("/break-off", break_off),
        Route("/generate", generate),
        Route("/pieces", pieces),
        Route("/known", known),
    ]
)
http = http_events(app)
handler = dispatch([Kind(is_http, http.handle)])
streaming_handler = dispatch([Kind(is_http, StreamedEvents(http).handle)])
