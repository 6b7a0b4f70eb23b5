"""Models with an OpenAI-compatible API or with Anthropic's Messages API, by urllib3."""

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from graphql_api.errors import UpstreamUnavailable
from graphql_api.language_models.prompt import Prompt
from graphql_api.language_models.protocol import Answer, ModelFault, token_count
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.language_models.settings import ModelChoice
from graphql_api.storage.secret import Secret

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

CONNECT_SECONDS = 1.0
MAX_BYTES = 1_000_000
"""Maximum size of a body, in bytes."""

ANTHROPIC_VERSION = "2023-06-01"
_OTHER_FORM = "the answer is of another form"
_CHUNK = 65_536
_CONNECTIONS = 8
_STATUSES = {429: FallbackReason.THROTTLED, 529: FallbackReason.THROTTLED}
_TIMED_OUT = dict.fromkeys((408, 504), FallbackReason.SLOW)


class Form(NamedTuple):
    """The form of an API's requests and answers. ``stops`` maps incomplete endings to their reasons."""

    headers: Callable[[str], Mapping[str, str]]
    body: Callable[[str, Prompt], Mapping[str, Any]]
    read: Callable[[Any], tuple[str, str, int, int]]
    whole: frozenset[str]
    stops: Mapping[str, FallbackReason]


def _turns(prompt: Prompt) -> list[Mapping[str, str]]:
    return [{"role": turn.role, "content": turn.text} for turn in prompt.turns]


def _openai_body(model: str, prompt: Prompt) -> Mapping[str, Any]:
    system = {"role": "system", "content": prompt.system}
    return {"model": model, "max_tokens": prompt.max_tokens, "messages": [system, *_turns(prompt)]}


def _openai_read(told: Any) -> tuple[str, str, int, int]:
    choice, usage = told["choices"][0], told.get("usage") or {}
    message = choice["message"]
    stop = "refusal" if message.get("refusal") else choice["finish_reason"]
    return message.get("content") or "", stop, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)


def _anthropic_body(model: str, prompt: Prompt) -> Mapping[str, Any]:
    return {"model": model, "max_tokens": prompt.max_tokens, "system": prompt.system, "messages": _turns(prompt)}


def _anthropic_read(told: Any) -> tuple[str, str, int, int]:
    text = "".join(block["text"] for block in told["content"] if block["type"] == "text")
    usage = told["usage"]
    return text, told["stop_reason"], usage["input_tokens"], usage["output_tokens"]


FORMS: Mapping[str, Form] = {
    "openai": Form(
        headers=lambda key: {"authorization": f"Bearer {key}"} if key else {},
        body=_openai_body,
        read=_openai_read,
        whole=frozenset({"stop"}),
        stops={"length": FallbackReason.CUT_OFF},
    ),
    "anthropic": Form(
        headers=lambda key: {"anthropic-version": ANTHROPIC_VERSION, **({"x-api-key": key} if key else {})},
        body=_anthropic_body,
        read=_anthropic_read,
        whole=frozenset({"end_turn", "stop_sequence"}),
        stops={"max_tokens": FallbackReason.CUT_OFF, "model_context_window_exceeded": FallbackReason.CUT_OFF},
    ),
}


class _KeyRefused(ModelFault):
    """The API refused the key."""


class HttpModel:
    """A model behind one URL."""

    name = "http"

    def __init__(self, choice: ModelChoice, key: Secret) -> None:
        """Use the chosen model. Nothing is connected yet."""
        self._choice = choice
        self._key = key
        self._form = FORMS[choice.api]
        self._lock = Lock()
        self._pool: PoolManager | None = None

    def answer(self, prompt: Prompt, seconds: float) -> Answer:
        """Post a prompt, and read its answer within ``seconds``. Raises ``ModelFault``."""
        from urllib3.exceptions import (
            ConnectTimeoutError,
            HTTPError,
            NewConnectionError,
            ProtocolError,
            ReadTimeoutError,
        )

        ends = time.monotonic() + seconds
        try:
            body = self._post_again(prompt, ends)
        except UpstreamUnavailable as error:
            raise ModelFault(FallbackReason.UNAVAILABLE, "the API key cannot be read") from error
        except NewConnectionError as error:
            raise ModelFault(FallbackReason.UNAVAILABLE, type(error).__name__) from error
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            raise ModelFault(FallbackReason.SLOW, type(error).__name__) from error
        except ProtocolError as error:
            raise ModelFault(FallbackReason.CUT_OFF, type(error).__name__) from error
        except HTTPError as error:
            raise ModelFault(FallbackReason.UNAVAILABLE, type(error).__name__) from error
        return self._read(body)

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.clear()

    def _post_again(self, prompt: Prompt, ends: float) -> bytes:
        """Send a prompt. If the key was refused but has been replaced, send it once more with the new key."""
        key = self._key.read()
        try:
            return self._post(prompt, key, ends)
        except _KeyRefused:
            if not self._key.renew(key):
                raise
            return self._post(prompt, self._key.read(), ends)

    def _post(self, prompt: Prompt, key: str, ends: float) -> bytes:
        from urllib3 import Timeout

        seconds = max(0.001, ends - time.monotonic())
        response = self._connections().request(
            "POST",
            self._choice.url,
            body=orjson.dumps(self._form.body(self._choice.model, prompt)),
            headers={
                "content-type": "application/json",
                "accept": "application/json",
                **self._form.headers(key),
            },
            timeout=Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds),
            preload_content=False,
            redirect=False,
            retries=False,
        )
        try:
            if response.status != 200:
                fault = _KeyRefused if response.status == 401 else ModelFault
                reason = {**_STATUSES, **_TIMED_OUT}.get(response.status, FallbackReason.UNAVAILABLE)
                raise fault(reason, f"status {response.status}")
            return _read_body(response, ends)
        finally:
            response.close()

    def _read(self, body: bytes) -> Answer:
        form = self._form
        try:
            text, stop, taken, given = form.read(orjson.loads(body))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise ModelFault(FallbackReason.UNAVAILABLE, _OTHER_FORM) from error
        if not isinstance(text, str) or not isinstance(stop, str | None):
            raise ModelFault(FallbackReason.UNAVAILABLE, _OTHER_FORM)
        answer = Answer(text, self._choice.model, token_count(taken), token_count(given))
        if stop not in form.whole:
            raise ModelFault(form.stops.get(stop, FallbackReason.REFUSED), str(stop)[:40], answer)
        return answer

    def _connections(self) -> "PoolManager":
        """Return the connection pool. The first prompt imports urllib3."""
        with self._lock:
            if self._pool is None:
                from urllib3 import PoolManager

                self._pool = PoolManager(num_pools=1, maxsize=_CONNECTIONS, block=False)
            return self._pool


def _read_body(response: "BaseHTTPResponse", ends: float) -> bytes:
    """Read a body in pieces. Stop if it is too slow or too long."""
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if time.monotonic() > ends:
            raise ModelFault(FallbackReason.SLOW, "the answer is too slow")
        if len(body) > MAX_BYTES:
            raise ModelFault(FallbackReason.UNAVAILABLE, "the answer is too long")
    return bytes(body)
