"""The slice's route, and a layer that refuses strangers."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from example_slice.notes import Notes
from graphql_api.web.refusals import refusal
from graphql_api.web.routes import ApiRoute, Http


def routes(http: Http) -> list[ApiRoute]:
    """Serve the notes at ``/notes``, to be read and added to."""

    async def notes(request: Request) -> Response:
        kept = http.services.get(Notes)
        if request.method == "POST":
            kept.add((await request.body()).decode())
        return JSONResponse(kept.texts)

    async def one_note(request: Request) -> Response:
        kept = http.services.get(Notes)
        kept.remove(request.path_params["place"])
        return JSONResponse(kept.texts)

    listed = {"200": {"description": "All notes.", "content": {"application/json": {"schema": {"$ref": NOTES}}}}}
    read = {"operationId": "getNotes", "responses": listed}
    add = {"operationId": "addNote", "responses": listed}
    schema = {"type": "array", "items": {"type": "string"}}
    place = {"name": "place", "in": "path", "required": True, "schema": {"type": "string"}}
    changes = {
        "delete": {"operationId": "removeNote", "parameters": [place], "responses": listed},
        "put": {"operationId": "dropNote", "parameters": [place], "responses": listed},
    }
    return [
        ApiRoute("/notes", notes, {"get": read, "post": add}, {"Notes": schema}),
        ApiRoute("/notes/{place}", one_note, changes, coded_errors=True),
    ]


NOTES = "#/components/schemas/Notes"


def layer(_http: Http) -> Callable[[ASGIApp], ASGIApp]:
    """Refuse requests with a bad key, whatever they ask for."""

    def around(app: ASGIApp) -> ASGIApp:
        async def check(scope: Scope, receive: Receive, send: Send) -> None:
            if (b"x-api-key", b"bad") in scope.get("headers", ()):
                for message in refusal(401, "The key is bad."):
                    await send(message)
            else:
                await app(scope, receive, send)

        return check

    return around
