"""Lambda on loopback: invocations of one function, as boto3 sends them, are given to a handler in this process."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

Handler = Callable[[Any, Any], Any]


@contextmanager
def lambda_server(handle: Handler) -> Iterator[str]:
    """Serve a function until the end of the block; give the endpoint's URL."""
    turn = threading.Lock()
    context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: 60_000)

    class Invocations(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Invoke the function; what it raises is told as the runtime tells it."""
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with turn:
                loop = asyncio.new_event_loop()
                asyncio.set_event_loop(loop)
                failed = False
                try:
                    told = handle(event, context)
                except Exception as error:  # noqa: BLE001 - the runtime tells whatever is raised
                    told, failed = {"errorType": type(error).__name__, "errorMessage": str(error)}, True
                finally:
                    asyncio.set_event_loop(None)
                    loop.run_until_complete(loop.shutdown_default_executor())
                    loop.close()
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            if failed:
                self.send_header("x-amz-function-error", "Unhandled")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Invocations)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
