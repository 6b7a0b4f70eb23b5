"""AWS's runtime client, able to stream: ``python -m graphql_api.functions.runtime stream_handler.handler``.

AWS's own client runs everything: the loop, the handler, logs, errors, the hooks around snapshots. Only answers that are
streamed are posted here, since it cannot. Once it can, this module goes, and what it is given stays.
"""

import sys
from typing import Any

import orjson
from awslambdaric import bootstrap  # type: ignore[import-untyped]
from awslambdaric.lambda_config import LambdaConfigProvider  # type: ignore[import-untyped]
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # type: ignore[import-untyped]
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller  # type: ignore[import-untyped]

from graphql_api.functions.post import HEAD_TYPE, Connection, StreamedPost
from graphql_api.functions.streaming import StreamedReply
from graphql_api.logs import EventLogger

log = EventLogger(__name__)


class StreamingMarshaller(LambdaMarshaller):  # type: ignore[misc]
    """Writes replies as JSON, as AWS's does, but those that are yet to be made."""

    def marshal_response(self, response: Any) -> tuple[Any, str]:
        """Return what is to be posted, and its content type."""
        if isinstance(response, StreamedReply):
            return response, HEAD_TYPE
        marshalled: tuple[Any, str] = super().marshal_response(response)
        return marshalled


class StreamingClient(LambdaRuntimeClient):  # type: ignore[misc]
    """AWS's client of the Runtime API, that streams what is a ``StreamedReply``."""

    marshaller = StreamingMarshaller()
    _connection: Connection | None = None

    def post_invocation_result(
        self,
        invoke_id: str,
        result_data: Any,
        content_type: str = "application/json",
        invocation_id: str | None = None,
    ) -> None:
        """Post the outcome of an invocation; an answer that fails before its head is the invocation's error."""
        if not isinstance(result_data, StreamedReply):
            super().post_invocation_result(invoke_id, result_data, content_type, invocation_id)
            return
        self._connection = self._connection or Connection(self.lambda_runtime_address)
        post = StreamedPost(self._connection, invoke_id)
        try:
            result_data.send_to(post)
        except Exception as error:
            post.abort()
            log.exception("invocation_failed", request_id=invoke_id)
            failure = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
            self.post_invocation_error(invoke_id, orjson.dumps(failure).decode(), "", invocation_id)


def main(arguments: list[str]) -> None:
    """Run the handler that the second argument names, until the process ends."""
    config = LambdaConfigProvider(arguments)
    bootstrap.run(config.handler, StreamingClient(config.api_address, config.use_thread_polling))


if __name__ == "__main__":
    main(sys.argv)
