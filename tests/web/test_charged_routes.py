"""A route is paid for before it is answered: what changes something has no effect for a caller that is refused."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.errors import StoreUnavailable
from graphql_api.web.charge import CHARGE, Charge
from graphql_api.web.deadline import set_deadline
from graphql_api.web.routes import ApiRoute

COSTS = {"get": 7, "post": 9}


def charging(app: ASGIApp, told: list[str], refused: bool) -> ASGIApp:
    """Charge the requests to an application: note what each is to pay, or refuse it."""

    async def reserve(cost: int) -> None:
        told.append(f"reserve {cost}")
        if refused:
            raise StoreUnavailable("No.")

    async def charged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"][CHARGE] = Charge(reserve, lambda _: None)
            set_deadline(scope, 10.0)
        await app(scope, receive, send)

    return charged


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize(
    ("costs", "method", "paid"),
    [
        (COSTS, "GET", ["reserve 7"]),
        (COSTS, "HEAD", ["reserve 7"]),
        (COSTS, "POST", ["reserve 9"]),
        (COSTS, "DELETE", ["reserve 0"]),
        ({}, "GET", []),
        ({}, "POST", ["reserve 0"]),
    ],
)
def test_a_change_is_admitted_before_its_effect(
    costs: dict[str, int], method: str, paid: list[str], refused: bool
) -> None:
    """Also where a route names no cost; what only reads may charge later, when it knows its cost."""
    told: list[str] = []

    async def endpoint(_request: Request) -> Response:
        told.append("effect")
        return Response()

    route = ApiRoute("/a", endpoint, {"get": {}, "post": {}, "delete": {}}, costs=costs)
    app = charging(Starlette(routes=[route.route()]), told, refused)
    with TestClient(app, raise_server_exceptions=False) as client:
        status = client.request(method, "/a").status_code
    assert told == (paid if refused and paid else [*paid, "effect"])
    assert status == (500 if refused and paid else 200)
