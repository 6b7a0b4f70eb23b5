"""The plain server: uvicorn over the application, on a socket that is bound before anything is loaded."""

import socket
from contextlib import suppress
from functools import partial
from typing import Any

import click

from graphql_api.process import settle

SHUTDOWN_SECONDS = 10
"""What requests under way have once the process is told to stop; a client that never reads has no longer."""


def listen(host: str, port: int) -> socket.socket:
    """Bind the address; port 0 takes a free one. Raises ``ClickException`` where it cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except socket.gaierror as error:
        raise click.ClickException(f"Cannot listen on {host!r}: no address of this machine has that name.") from error
    except OSError as error:
        hint = "Is another server running? Choose another port with --port; 0 takes a free one."
        raise click.ClickException(f"Cannot listen on {host}:{port}: {error.strerror or error}.\n{hint}") from error


def run(app: Any, listener: socket.socket) -> None:
    """Serve ``app`` until interrupted; the application logs for itself, so uvicorn's own access log is off."""
    import uvicorn

    from graphql_api.cli.protocol import Protocol, Repeats

    settle()
    protocol: Any = partial(Protocol, repeats=Repeats(app))
    config = uvicorn.Config(
        app,
        http=protocol,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    with suppress(KeyboardInterrupt):  # uvicorn has shut down in order and passes the signal on
        uvicorn.Server(config).run(sockets=[listener])
