"""Places for the storage tests to keep files in, and a server that answers each request with a fault of choice."""

import os
import socket
import socketserver
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import boto3

from graphql_api.config import Settings
from graphql_api.jockeys.files import JockeyFiles
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.protocol import Storage
from graphql_api.storage.s3 import S3Storage

# The only key that rclone takes; `s3_servers.aws` sets it in the environment.
ACCESS_KEY, SECRET_KEY = "ENVIRONMENTACCESSKEY", "environment-secret"


class Opened(JockeyFiles):
    """The files of jockeys in a storage under test, and whether it answers."""

    def __init__(self, storage: Storage, **options: Any) -> None:
        """Read from ``storage``."""
        super().__init__(storage, **options)
        self.check = storage.check


@dataclass(frozen=True)
class Folder:
    """A folder as the storage under test."""

    root: Path

    def put(self, name: str, data: bytes) -> None:
        """Write a file."""
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(data)

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self.root / name).unlink()

    def open(self, **options: Any) -> Storage:
        """Open the storage."""
        return FolderStorage(self.root, **options)

    def jockeys(self, **options: Any) -> Opened:
        """Open the storage for the files of jockeys."""
        return Opened(self.open(), **options)


@cache
def client(url: str, service: str = "s3") -> Any:
    """Make a client of a server, with the right key."""
    options = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "region_name": "us-east-1"}
    return boto3.session.Session().client(service, endpoint_url=url, **options)


def settings(**changes: Any) -> Settings:
    """Make settings for servers that do answer: with timeouts that a busy machine keeps."""
    return Settings(**{"connect_timeout": 30.0, "read_timeout": 30.0, **changes})


@dataclass(frozen=True)
class Bucket:
    """A bucket of its own on a server as the storage under test, listed by pages of two keys."""

    url: str
    prefix: str = "some/prefix/"
    name: str = field(default_factory=lambda: f"bucket-{uuid4().hex}")

    def create(self) -> "Bucket":
        """Make the bucket."""
        client(self.url).create_bucket(Bucket=self.name)
        return self

    def put(self, name: str, data: bytes) -> None:
        """Write an object."""
        client(self.url).put_object(Bucket=self.name, Key=self.prefix + name, Body=data)

    def remove(self, name: str) -> None:
        """Delete an object."""
        client(self.url).delete_object(Bucket=self.name, Key=self.prefix + name)

    def open(self, **options: Any) -> Storage:
        """Open the storage."""
        return S3Storage(settings(data=f"s3://{self.name}/{self.prefix}"), **({"page_size": 2} | options))

    def jockeys(self, **options: Any) -> Opened:
        """Open the storage for the files of jockeys."""
        return Opened(self.open(), **options)


Answer = Callable[[socket.socket], None]


def reply(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, length: int | None = None
) -> Answer:
    """Answer in full, or, with a ``length`` beyond the body's, break off."""
    size = len(body) if length is None else length
    fields = {"Content-Length": str(size), **(headers or {})}
    head = f"HTTP/1.1 {status} -\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"

    def answer(connection: socket.socket) -> None:
        connection.sendall(head.encode() + body)
        if size > len(body):
            connection.shutdown(socket.SHUT_WR)

    return answer


OBJECT = {"ETag": '"tag"', "Last-Modified": "Sun, 29 Sep 2024 01:02:03 GMT"}


def found(body: bytes = b"frame", length: int | None = None, **headers: str) -> Answer:
    """Answer with an object."""
    return reply(200, body, OBJECT | {name.replace("_", "-"): value for name, value in headers.items()}, length)


LISTED = "<Size>5</Size><LastModified>2024-09-29T01:02:03.000Z</LastModified>"


def listed(*keys: str) -> Answer:
    """Answer with a listing."""
    contents = "".join(f"<Contents><Key>{key}</Key>{LISTED}</Contents>" for key in keys)
    return reply(200, f"<ListBucketResult>{contents}</ListBucketResult>".encode())


def refusal(status: int, code: str) -> Answer:
    """Answer with an error, as S3 does."""
    return reply(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())


HALF = b'HTTP/1.1 200 -\r\nContent-Length: 9\r\nETag: "tag"\r\n\r\nhalf'


def hang(connection: socket.socket) -> None:
    """Answer nothing until the client gives up."""
    connection.recv(1)


def hang_in_body(connection: socket.socket) -> None:
    """Answer with half an object until the client gives up."""
    connection.sendall(HALF)
    connection.recv(1)


def reset(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


def reset_in_body(connection: socket.socket) -> None:
    """Reset the connection after half an object."""
    connection.sendall(HALF)
    reset(connection)


class FaultServer(socketserver.ThreadingTCPServer):
    """Gives its answers one after the other, the last one for ever; ``requests`` are heads and bodies as text."""

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        """Listen on a free port of 127.0.0.1."""
        self.answers = answers
        self.requests: list[str] = []
        self.connections = 0
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def next_answer(self, request: str) -> Answer:
        """Note a request and give its answer."""
        self.requests.append(request)
        return self.answers[min(len(self.requests), len(self.answers)) - 1]


class _Handler(socketserver.StreamRequestHandler):
    server: FaultServer

    def handle(self) -> None:
        self.server.connections += 1
        while head := self._head():
            length = next(
                (int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0
            )
            self.server.next_answer(head + self.rfile.read(length).decode())(self.connection)

    def _head(self) -> str:
        """Read up to the blank line; empty when the client, or an answer, has closed the connection."""
        lines: list[str] = []
        try:
            while line := self.rfile.readline().decode():
                lines.append(line)
                if line == "\r\n":
                    return "".join(lines)
        except OSError:
            pass
        return ""


@contextmanager
def serving(*answers: Answer) -> Iterator[FaultServer]:
    """Run a ``FaultServer``."""
    with FaultServer(*answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
