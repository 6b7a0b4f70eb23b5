"""The body of a queue message: an order, which names a job, its run and its input."""

from typing import Any

import orjson

from graphql_api.jobs.model import Order


def write_order(order: Order) -> dict[str, Any]:
    """Return the body of a message."""
    return {"job": order.job, "name": order.name, "run": order.run, "input": order.input}


def read_order(text: str) -> Order | None:
    """Return the order in the body of a message; None if it is not an order."""
    try:
        body = orjson.loads(text)
        order = Order(body["job"], body["name"], body["run"], body["input"])
    except (ValueError, KeyError, TypeError):
        return None
    kinds = (order.job, str), (order.name, str), (order.run, int), (order.input, dict)
    return order if all(isinstance(value, kind) for value, kind in kinds) else None
