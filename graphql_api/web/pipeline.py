"""The pipeline: layers around the routes, as a list from the outermost to the innermost."""

from collections.abc import Callable, Sequence

from starlette.types import ASGIApp

Layer = Callable[[ASGIApp], ASGIApp]
"""Makes an ASGI application of the one within it. A layer that can replay has a method for it: see ``replay.py``."""


def pipeline(layers: Sequence[Layer], routes: ASGIApp) -> ASGIApp:
    """Return the application in which a request passes ``layers`` in their order, then ``routes``."""
    app = routes
    for layer in reversed(layers):
        app = layer(app)
    return app
