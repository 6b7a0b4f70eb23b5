"""The plain server: uvicorn with the application, on a socket that is bound before anything is loaded."""

import errno
import os
import socket
from contextlib import suppress
from functools import partial
from typing import Any

import click

from graphql_api.config import Settings
from graphql_api.process import open_files, tune_process

OTHER_FILES = 384
"""Files that the process may open in addition to connections: data, connections to S3, refused connections."""

SHUTDOWN_SECONDS = 10
"""Seconds that current requests have after the process is told to stop."""

ANOTHER_PORT = "Choose another port with --port; 0 selects a free port."
HINTS = {
    errno.EADDRINUSE: f"Is another server running? {ANOTHER_PORT}",
    errno.EADDRNOTAVAIL: "This machine does not have that address. Use 127.0.0.1, or 0.0.0.0 for all its addresses.",
    errno.EACCES: f"Ports below 1024 require special permissions. {ANOTHER_PORT}",
}
"""Advice by the system's error number."""


def listen(host: str, port: int) -> socket.socket:
    """Bind the address. Port 0 chooses a free one. Raises ``ClickException`` if the address is not available."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except socket.gaierror as error:
        raise click.ClickException(f"Cannot listen on {host!r}: this machine has no address with that name.") from error
    except OSError as error:
        number = error.errno or 0
        reason, hint = os.strerror(number), HINTS.get(number, ANOTHER_PORT)
        raise click.ClickException(f"Cannot listen on {host}:{port}: {reason}.\n{hint}") from error


def run(app: Any, settings: Settings, listener: socket.socket) -> None:
    """Serve ``app`` until it is interrupted. uvicorn's access log is off: the application has its own."""
    import uvicorn

    from graphql_api.cli.bounds import Limits
    from graphql_api.cli.idle import IdleConnections
    from graphql_api.cli.protocol import Protocol
    from graphql_api.cli.repeats import Repeats
    from graphql_api.cli.uvicorn_server import Server

    tune_process()
    idle = IdleConnections()
    protocol: Any = partial(Protocol, repeats=Repeats(app), limits=Limits.of(settings), idle=idle)
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    files = open_files(settings.max_connections + OTHER_FILES)
    with suppress(KeyboardInterrupt):  # uvicorn has shut down in order and passes the signal on
        Server(config, max(1, files - OTHER_FILES), idle).run(sockets=[listener])
