"""Calling a model: within budgets and a time limit, and not while it fails repeatedly."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from graphql_api.errors import StoreUnavailable
from graphql_api.language_models.breaker import Breaker
from graphql_api.language_models.budgets import Cap, charge, correct
from graphql_api.language_models.prompt import Prompt
from graphql_api.language_models.protocol import Answer, LanguageModel, ModelFault
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.logs import EventLogger
from graphql_api.store.service import Store

THREADS = 8
"""Maximum number of calls at the same time. Others wait, and count as slow."""

FAILURES_OF_THE_MODEL = frozenset({FallbackReason.THROTTLED, FallbackReason.SLOW, FallbackReason.UNAVAILABLE})
"""Reasons that the circuit breaker counts. A refusal does not mean that the next prompt fails."""

log = EventLogger(__name__)


class Asking:
    """Calls one model, and counts its tokens in the store."""

    def __init__(self, model: LanguageModel, store: Store, timeout: float, breaker: Breaker | None = None) -> None:
        """Give each call ``timeout`` seconds at most."""
        self.model = model
        self._store = store
        self._timeout = timeout
        self._breaker = breaker or Breaker()
        self._lock = Lock()
        self._threads: ThreadPoolExecutor | None = None

    async def ask(self, prompt: Prompt, caps: Sequence[Cap], seconds: float) -> Answer:
        """Return the answer of the model. Raises ``ModelFault``. A call that is cancelled stays charged.

        Raises ``StoreUnavailable`` if the tokens cannot be charged, before the model is asked.
        """
        seconds = min(self._timeout, seconds)
        if seconds <= 0:
            raise ModelFault(FallbackReason.SLOW, "no time is left")
        if not await charge(self._store, caps, prompt.most_tokens):
            raise ModelFault(FallbackReason.CAP_REACHED)
        if not self._breaker.admits():
            await self._correct(caps, -prompt.most_tokens)
            raise ModelFault(FallbackReason.PAUSED)
        try:
            found = await self._call(prompt, seconds)
        except ModelFault as fault:
            await self._settle(caps, prompt, fault)
            raise
        self._breaker.succeeded()
        await self._charge_taken(caps, prompt, found)
        return found

    async def _settle(self, caps: Sequence[Cap], prompt: Prompt, fault: ModelFault) -> None:
        """Count a failure, and charge the tokens that it used."""
        if fault.reason in FAILURES_OF_THE_MODEL:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        if fault.charged is not None:
            await self._charge_taken(caps, prompt, fault.charged)
        elif fault.reason is FallbackReason.THROTTLED:  # it took nothing: else an hour of 429 would use up the day
            await self._correct(caps, -prompt.most_tokens)

    async def _charge_taken(self, caps: Sequence[Cap], prompt: Prompt, answer: Answer) -> None:
        """Correct the charge to the used tokens. If the model does not report them, the charge stays."""
        taken = answer.input_tokens + answer.output_tokens
        if taken:
            await self._correct(caps, taken - prompt.most_tokens)

    async def _correct(self, caps: Sequence[Cap], difference: int) -> None:
        """Correct the charge. If the store fails, too much stays charged, but the answer is not lost."""
        try:
            await correct(self._store, caps, difference)
        except StoreUnavailable as error:
            log.warning("budget_uncorrected", **error.log_fields)

    async def _call(self, prompt: Prompt, seconds: float) -> Answer:
        """Call the model in a thread. Raises ``ModelFault``."""
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="model")
        call = asyncio.get_running_loop().run_in_executor(self._threads, self.model.answer, prompt, seconds)
        try:
            return await asyncio.wait_for(call, seconds)
        except TimeoutError as error:
            raise ModelFault(FallbackReason.SLOW) from error

    def close(self) -> None:
        """Stop the threads without waiting for current calls, and close the model."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self.model.close()
