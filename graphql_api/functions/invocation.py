"""What Lambda Web Adapter tells of an invocation: in two headers, over whatever a client sent under their names."""

import time
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Scope

REQUEST_CONTEXT, LAMBDA_CONTEXT = b"x-amzn-request-context", b"x-amzn-lambda-context"

GATEWAYS = frozenset({"elb", "http", "identity"})
"""Fields of the contexts of load balancers, Function URLs and HTTP APIs, and REST APIs."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """An invocation, as handlers know it by its context; ``request`` is the gateway's context, None of other events."""

    aws_request_id: str
    deadline: float
    """Milliseconds since 1970."""

    request: dict[str, Any] | None

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation has yet."""
        return max(0, round(self.deadline - time.time() * 1000))

    def scope(self, scope: Scope) -> Scope:
        """Return a scope with what handlers get: address, scheme, deadline and id of the invocation."""
        request = self.request or {}
        source = (request.get("http") or request.get("identity") or {}).get("sourceIp")
        return {
            **scope,
            "headers": [each for each in scope["headers"] if each[0] not in (REQUEST_CONTEXT, LAMBDA_CONTEXT)],
            "client": (str(source), 0) if source else None,
            "scheme": "https",
            "aws.context": self,
            "aws.event": {"requestContext": request},
        }


def read_invocation(scope: Scope) -> Invocation | None:
    """Read the two headers of a request; None where neither is there, as in the adapter's look for readiness.

    Raises ``ValueError``, ``KeyError`` or ``TypeError`` for headers that the adapter does not write so.
    """
    headers = [each for each in scope["headers"] if each[0] in (REQUEST_CONTEXT, LAMBDA_CONTEXT)]
    if not headers:
        return None
    if sorted(name for name, _ in headers) != [LAMBDA_CONTEXT, REQUEST_CONTEXT]:
        raise ValueError("Each of the two headers comes once.")
    told = {name: orjson.loads(value) for name, value in headers}
    context, request = told[LAMBDA_CONTEXT], told[REQUEST_CONTEXT]
    is_request = isinstance(request, dict) and bool(GATEWAYS & request.keys())
    return Invocation(str(context["request_id"]), float(context["deadline"]), request if is_request else None)
