"""The plain server behind Lambda Web Adapter: ``python -m graphql_api.functions.adapter``.

The adapter is the runtime client: it sends each invocation as a request to a port of this machine, and streams what
comes. Only here its headers are believed.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.app import create_core, serve_core
from graphql_api.cli import server
from graphql_api.functions.connection import connect
from graphql_api.functions.invocation import Invocation, read_invocation
from graphql_api.functions.metrics import Metrics
from graphql_api.functions.replies import RESERVE, too_large, unsendable
from graphql_api.functions.scheduled import RESERVE as JOB_RESERVE
from graphql_api.functions.scheduled import names_a_job
from graphql_api.installed import SLICES, read_settings
from graphql_api.jobs.runner import JobRun, Jobs, UnknownJob
from graphql_api.logs import REQUEST_ID, EventLogger
from graphql_api.services import Services
from graphql_api.storage.metered import MeteredStorage
from graphql_api.storage.sources import open_storage
from graphql_api.web.middleware import RequestLog

HOST, PORT = "127.0.0.1", "8000"
"""Where the adapter finds the server, and nobody else does; AWS_LWA_PORT tells both another port."""

EVENTS = "/events"
"""Where the adapter sends events that are no requests (AWS_LWA_PASS_THROUGH_PATH)."""

NOT_OURS = "This function answers requests, and events that name a job."

log = EventLogger(__name__)


class Sending:
    """Sends one answer, and counts it: what cannot be sent in the time left is refused, or broken off."""

    def __init__(self, scope: Scope, send: Send, invocation: Invocation) -> None:
        """Answer the request of ``scope`` by ``send``."""
        self.status, self.sent = 500, 0
        self._scope, self._send, self._invocation = scope, send, invocation
        self._refused = False

    async def __call__(self, message: Message) -> None:
        """Send a message of the application. Raises ``OSError`` where time or size run out in the middle."""
        if self._refused:
            return
        if message["type"] == "http.response.start":
            await self._begin(message)
            return
        self.sent += len(message.get("body", b""))
        if reason := unsendable(self.sent, self._seconds_left(), begun=True):
            raise self._broken_off(reason)
        try:
            async with asyncio.timeout(self._seconds_left()):
                await self._send(message)
        except TimeoutError as error:
            raise self._broken_off("The time of the answer was used up.") from error

    async def _begin(self, message: Message) -> None:
        size = next((int(value) for name, value in message["headers"] if name.lower() == b"content-length"), 0)
        reason = unsendable(size, self._seconds_left()) if self._scope["method"] != "HEAD" else ""
        if not reason:
            self.status = message["status"]
            await self._send(message)
            return
        log.warning("reply_too_large", path=self._scope["path"], bytes=size)
        response = too_large(self._scope, {**message, "body": b""}, reason)  # type: ignore[typeddict-item]
        self._refused, self.status, self.sent = True, response["status"], len(response["body"])
        length = (b"content-length", str(self.sent).encode())
        headers = [*map(tuple, response["headers"]), length]
        await self._send({"type": "http.response.start", "status": self.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": response["body"]})

    def _broken_off(self, reason: str) -> OSError:
        log.error("answer_broken_off", request_id=self._invocation.aws_request_id, reason=reason, bytes=self.sent)
        return OSError(reason)

    def _seconds_left(self) -> float:
        return max(0.0, self._invocation.get_remaining_time_in_millis() / 1000 - RESERVE)


@dataclass(frozen=True, slots=True)
class Adapted:
    """The application behind the adapter: it gets what handlers get, and jobs that events name are run beside it."""

    app: ASGIApp
    jobs: Jobs
    services: Services
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or an event."""
        try:
            invocation = read_invocation(scope) if scope["type"] == "http" else None
        except (ValueError, KeyError, TypeError) as error:
            log.warning("invocation_malformed", reason=repr(error))
            await JSONResponse({"detail": "The invocation cannot be read."}, 400)(scope, receive, send)
            return
        if invocation is None:
            await self.app(scope, receive, send)
        elif invocation.request is None:
            answer = await self._run(Request(scope, receive), invocation)
            await answer(scope, receive, send)
        else:
            await self._answer(invocation.scope(scope), receive, Sending(scope, send, invocation), invocation)

    async def _answer(self, scope: Scope, receive: Receive, sending: Sending, invocation: Invocation) -> None:
        begun = time.perf_counter()
        try:
            await self.app(scope, receive, sending)
        finally:
            fields = scope.get("state", {}).get("log") or RequestLog(request_id=invocation.aws_request_id)
            self.metrics.request(fields, sending.status, sending.sent, time.perf_counter() - begun)

    async def _run(self, request: Request, invocation: Invocation) -> Response:
        """Run the job that an event names."""
        seconds = invocation.get_remaining_time_in_millis() / 1000 - JOB_RESERVE
        outer = REQUEST_ID.set(invocation.aws_request_id)
        try:
            job = _job(request.url.path, await request.body())
            result = await self.jobs.run(job, self.services, JobRun(seconds))
        except UnknownJob as error:
            log.error("event_unknown", reason=str(error))  # noqa: TRY400 - there is nothing to trace
            return JSONResponse({"detail": NOT_OURS}, 400)
        except Exception:
            log.exception("job_failed")
            return JSONResponse({"detail": "The job failed."}, 500)
        finally:
            REQUEST_ID.reset(outer)
        self.metrics.job(result, invocation.aws_request_id)
        return Response(orjson.dumps(dict(result.told)), media_type="application/json")


def _job(path: str, body: bytes) -> str:
    """Return the job that an event names. Raises ``UnknownJob``."""
    event: Any = orjson.loads(body)  # which the adapter writes
    if path != EVENTS or not names_a_job(event):
        raise UnknownJob(NOT_OURS)
    return str(event.get("job"))


def main() -> None:
    """Serve until the process ends."""
    # Whom uvicorn would believe who the client is, and jobs in threads, are for servers that stand alone.
    settings = read_settings(os.environ, proxies=(), jobs_workers=0)
    with server.listen(HOST, int(os.environ.get("AWS_LWA_PORT", PORT))) as listener:
        storage = MeteredStorage(open_storage(settings))
        core = create_core(settings, storage, SLICES)
        connect(storage, SLICES)
        cold = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "provisioned-concurrency"
        metrics = Metrics(settings.stage, storage, cold=cold)
        app = serve_core(core, settings, graphql_now=True)
        server.run(Adapted(app, Jobs(SLICES), core.services, metrics), settings, listener)


if __name__ == "__main__":
    main()
