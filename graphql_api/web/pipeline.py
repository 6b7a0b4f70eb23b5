"""The pipeline: layers around the routes, as a list from the outermost to the innermost."""

from collections.abc import Callable, Sequence

from starlette.types import ASGIApp

Layer = Callable[[ASGIApp], ASGIApp]
"""Wraps the inner ASGI application. A layer that can replay has a method for it: see ``replay.py``."""


def pipeline(layers: Sequence[Layer], routes: ASGIApp) -> ASGIApp:
    """Return the application in which a request passes ``layers`` in their order, then ``routes``."""
    app = routes
    for layer in reversed(layers):
        app = layer(app)
    return app
