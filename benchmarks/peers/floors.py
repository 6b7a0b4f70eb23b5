"""Floors, what no GraphQL server can pass: Starlette sending ready bytes, and orjson.dumps of ready dicts."""

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.operations import LARGE, MEDIUM, SMALL
from benchmarks.peers import common

options = common.arguments()
rows = common.load_rows(options.data)
answers = {
    each.name: {"data": {"jockey": {"records": {"nodes": each.wanted(rows)}}}} for each in (SMALL, MEDIUM, LARGE)
}
ready = {name: orjson.dumps(answer) for name, answer in answers.items()}


async def send_ready(request: Request) -> Response:
    """Send the same bytes each time."""
    await request.body()
    return Response(ready[request.path_params["name"]], media_type="application/json")


async def send_encoded(request: Request) -> Response:
    """Encode the same dicts each time."""
    await request.body()
    return Response(orjson.dumps(answers[request.path_params["name"]]), media_type="application/json")


routes = [
    Route("/ready/{name}", send_ready, methods=["POST"]),
    Route("/orjson/{name}", send_encoded, methods=["POST"]),
]
common.serve(Starlette(routes=routes), options.port)
