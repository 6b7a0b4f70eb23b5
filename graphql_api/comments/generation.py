"""Writing a comment: by the model of the settings within the day's budget, or by the template, which is marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from graphql_api.comments import template
from graphql_api.comments.model import CommentRequest, Text
from graphql_api.comments.prompt import known_numbers, prompt_of
from graphql_api.comments.settings import CommentsSettings
from graphql_api.comments.words import WORDS
from graphql_api.comments.writers import TEMPLATE, Writer, writer_of
from graphql_api.errors import StoreUnavailable
from graphql_api.language_models.asking import Asking
from graphql_api.language_models.budgets import KEPT_DAYS, Cap, spent
from graphql_api.language_models.checks import is_supported, plain_text
from graphql_api.language_models.choice import open_model
from graphql_api.language_models.protocol import LanguageModel, ModelFault
from graphql_api.language_models.reasons import FallbackReason
from graphql_api.logs import EventLogger
from graphql_api.races.fact import Fact
from graphql_api.services import Services
from graphql_api.store.protocol import Key
from graphql_api.store.service import Store
from graphql_api.text import clean_message

RESERVE = 5.0
"""Seconds of an attempt that are reserved for the store."""

log = EventLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generated:
    """A text and its writer. ``fallback`` is the reason why the template wrote it and not a model.

    ``budget_percent`` is the part of the day's budget that is spent. None if no model is configured.
    """

    text: Text
    writer: Writer
    fallback: FallbackReason | None = None
    budget_percent: float | None = None


class Generation:
    """The service that writes comments."""

    def __init__(
        self,
        model: LanguageModel | None,
        store: Store,
        settings: CommentsSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Ask ``model``, if there is one, and count its tokens in ``store``."""
        self._store = store
        self._settings = settings
        self._writer = writer_of(settings)
        self._now = now
        self._asking = None if model is None else Asking(model, store, settings.comments_timeout)

    @classmethod
    def open(cls, services: Services) -> Self:
        """Choose the model by the settings. Nothing is connected yet."""
        settings = services.settings.of(CommentsSettings)
        return cls(open_model(settings.choice, services.settings.region), services.get(Store), settings)

    async def write(
        self, wanted: CommentRequest, introduction: str, facts: Sequence[Fact], seconds: float
    ) -> Generated:
        """Write a comment within ``seconds``. Raises ``StoreUnavailable``, before a model is asked."""
        if self._asking is None:
            return Generated(template.write(introduction, wanted, facts), TEMPLATE)
        cap = self._cap()
        try:
            text = await self._ask(self._asking, cap, wanted, introduction, facts, seconds)
            written = Generated(text, self._writer)
        except ModelFault as fault:
            log.warning("comment_fallback", reason=fault.reason.name, detail=fault.detail)
            told = fault.charged
            tokens = (0, 0) if told is None else (told.input_tokens, told.output_tokens)
            written = Generated(template.write(introduction, wanted, facts, *tokens), TEMPLATE, fault.reason)
        return Generated(written.text, written.writer, written.fallback, await self._budget_percent(cap))

    async def _ask(
        self,
        asking: Asking,
        cap: Cap,
        wanted: CommentRequest,
        introduction: str,
        facts: Sequence[Fact],
        seconds: float,
    ) -> Text:
        """Ask the model. Raises ``ModelFault``, also for a text with markup or with numbers that are not facts."""
        prompt = prompt_of(wanted, introduction, facts, self._settings.comments_max_tokens)
        answer = await asking.ask(prompt, [cap], seconds - RESERVE)
        text = clean_message(answer.text)
        if text != plain_text(text) or not is_supported(text, known_numbers(introduction, facts)):
            raise ModelFault(FallbackReason.UNVERIFIED, charged=answer)
        advice = WORDS[wanted.language][f"advice_{wanted.kind.value}"]
        return Text(f"{introduction}\n{text}", advice, answer.input_tokens, answer.output_tokens)

    async def _budget_percent(self, cap: Cap) -> float | None:
        """Return the spent part of the budget in percent. None if the store fails: the comment does not need it."""
        try:
            tokens = await spent(self._store, cap)
        except StoreUnavailable as error:
            log.warning("budget_unknown", **error.log_fields)
            return None
        return round(100 * tokens / max(1, cap.most), 2)

    def _cap(self) -> Cap:
        """Return the budget of the day in UTC."""
        now = self._now()
        key = Key(f"COMMENT-TOKENS#{now:%Y-%m-%d}", "ALL")
        return Cap(key, self._settings.comments_day_tokens, int((now + timedelta(days=KEPT_DAYS)).timestamp()))

    def close(self) -> None:
        """Close the model."""
        if self._asking is not None:
            self._asking.close()
