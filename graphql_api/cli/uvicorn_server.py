"""uvicorn's server with our listener."""

import asyncio
import socket
from typing import Any, cast

import uvicorn

from graphql_api.cli.acceptor import Acceptor
from graphql_api.cli.idle import IdleConnections
from graphql_api.web.replay import Headers


class Server(uvicorn.Server):
    """A server with a maximum number of connections."""

    def __init__(self, config: uvicorn.Config, max_connections: int, idle: IdleConnections) -> None:
        """Serve as ``config`` says. The protocols record their idle connections in ``idle``."""
        super().__init__(config)
        self._max_connections = max_connections
        self._idle = idle

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, and accept connections of ``sockets``."""
        await super().startup(sockets=[])
        acceptors = [
            Acceptor(
                each,
                self._protocol,
                self.server_state.connections,
                self._max_connections,
                self._idle,
                self._default_headers,
            )
            for each in sockets or ()
        ]
        self.servers = cast("list[asyncio.base_events.Server]", acceptors)

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    def _default_headers(self) -> Headers:
        return self.server_state.default_headers
