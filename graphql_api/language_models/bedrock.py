"""Models of Amazon Bedrock, by Converse of boto3, which the first prompt imports. No tools and no retries."""

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from graphql_api.language_models.prompt import Prompt
from graphql_api.language_models.protocol import Answer, ModelFault, token_count
from graphql_api.language_models.reasons import FallbackReason

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONNECT_SECONDS = 1.0
_OTHER_FORM = "the answer is of another form"

_WHOLE = frozenset({"end_turn", "stop_sequence"})
_STOPS = {
    "max_tokens": FallbackReason.CUT_OFF,
    "model_context_window_exceeded": FallbackReason.CUT_OFF,
    "guardrail_intervened": FallbackReason.REFUSED,
    "content_filtered": FallbackReason.REFUSED,
    "refusal": FallbackReason.REFUSED,
}
_CODES = {
    "ThrottlingException": FallbackReason.THROTTLED,
    "TooManyRequestsException": FallbackReason.THROTTLED,
    "ServiceQuotaExceededException": FallbackReason.THROTTLED,
    "ModelTimeoutException": FallbackReason.SLOW,
}


class Bedrock:
    """A model of Bedrock in one region."""

    name = "bedrock"

    def __init__(self, model: str, region: str, seconds: float) -> None:
        """Call ``model``, an id or an inference profile. The read timeout is ``seconds``."""
        self._model = model
        self._region = region
        self._seconds = seconds
        self._lock = Lock()
        self._client: BaseClient | None = None

    def answer(self, prompt: Prompt, _seconds: float) -> Answer:
        """Call Converse within the client's timeouts. Raises ``ModelFault``."""
        from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
        from botocore.parsers import ResponseParserError

        try:
            told = self._connected().converse(
                modelId=self._model,
                system=[{"text": prompt.system}],
                messages=[{"role": turn.role, "content": [{"text": turn.text}]} for turn in prompt.turns],
                inferenceConfig={"maxTokens": prompt.max_tokens},
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise ModelFault(_CODES.get(code, FallbackReason.UNAVAILABLE), code) from error
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            raise ModelFault(FallbackReason.SLOW, type(error).__name__) from error
        except BotoCoreError as error:
            raise ModelFault(FallbackReason.UNAVAILABLE, type(error).__name__) from error
        except (ResponseParserError, AttributeError, TypeError, ValueError) as error:  # of the SDK, which reads it
            raise ModelFault(FallbackReason.UNAVAILABLE, _OTHER_FORM) from error
        try:
            return self._read(told)
        except (KeyError, TypeError) as error:
            raise ModelFault(FallbackReason.UNAVAILABLE, _OTHER_FORM) from error

    def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            self._client.close()

    def _read(self, told: Mapping[str, Any]) -> Answer:
        usage, stop = told["usage"], told["stopReason"]
        blocks = told["output"]["message"]["content"]
        text = "".join(block.get("text", "") for block in blocks)
        answer = Answer(text, self._model, token_count(usage["inputTokens"]), token_count(usage["outputTokens"]))
        if stop not in _WHOLE:
            raise ModelFault(_STOPS.get(stop, FallbackReason.REFUSED), stop, answer)
        return answer

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                import boto3
                from botocore.config import Config

                config = Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=self._seconds,
                    retries={"total_max_attempts": 1, "mode": "standard"},
                )
                self._client = boto3.client("bedrock-runtime", region_name=self._region or None, config=config)
            return self._client
