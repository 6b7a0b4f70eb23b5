"""The plain server: uvicorn over the application, on a socket that is bound before anything is loaded."""

import socket
from contextlib import suppress
from functools import partial
from typing import Any

import click

from graphql_api.config import Settings
from graphql_api.process import settle


def listen(host: str, port: int) -> socket.socket:
    """Bind the address; port 0 takes a free one. Raises ``ClickException`` where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        hint = "Is another server running? Choose another port with --port; 0 takes a free one."
        raise click.ClickException(f"Cannot listen on {host}:{port}: {error.strerror or error}.\n{hint}") from error


def run(settings: Settings, listener: socket.socket) -> None:
    """Serve until interrupted; the application logs for itself, so uvicorn's own access log is off."""
    import uvicorn

    from graphql_api.app import create_app
    from graphql_api.cli.protocol import Protocol, Repeats

    app = create_app(settings)
    settle()
    protocol: Any = partial(Protocol, repeats=Repeats(app))
    config = uvicorn.Config(app, http=protocol, access_log=False, log_config=None, server_header=False)
    with suppress(KeyboardInterrupt):  # uvicorn has shut down in order and passes the signal on
        uvicorn.Server(config).run(sockets=[listener])
