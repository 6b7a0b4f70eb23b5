"""The steps in their order on one storage: features → train → evaluate → promote → predict → publish.

Each step makes the missing results of earlier steps that it needs. So each can be run alone, and a run
that was interrupted continues.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.cards import Card, read_card
from graphql_api.forecasts.dataset import Dataset, entry_dataset, load_dataset
from graphql_api.forecasts.evaluating import evaluate
from graphql_api.forecasts.feature_files import Features, make_features
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.predicting import Predictions, predict_entries, predict_months
from graphql_api.forecasts.pruning import prune
from graphql_api.forecasts.published import DayForecast
from graphql_api.forecasts.publishing import Span, days_of, publish
from graphql_api.forecasts.registry import NotPromoted, Registry
from graphql_api.forecasts.settings import ForecastsSettings
from graphql_api.forecasts.training import check_data, train, walk_again
from graphql_api.forecasts.vocabulary import feature_names
from graphql_api.storage.protocol import Storage

Advance = Callable[[], object]
Progress = Callable[[str, int | None], AbstractContextManager[Advance]]
"""Shows a step by its name and its number of parts, if known. Returns a function to call for each part."""


def silent(_name: str, _parts: int | None) -> AbstractContextManager[Advance]:
    """Show nothing."""
    return nullcontext(lambda: None)


@dataclass
class Pipeline:
    """The steps with their shared data.

    ``span`` limits the days of training, evaluation, forecasts and publication. None means no limit.
    """

    storage: Storage
    settings: ForecastsSettings = field(default_factory=ForecastsSettings)
    parameters: Parameters = field(default_factory=Parameters)
    span: Span = (None, None)
    progress: Progress = silent

    @cached_property
    def artefacts(self) -> Artefacts:
        """Return the results of the steps in the storage."""
        return Artefacts(self.storage)

    @cached_property
    def registry(self) -> Registry:
        """Return the versions by stage."""
        return Registry(self.artefacts)

    @cached_property
    def features(self) -> Features:
        """Return the result of the step ``features``."""
        with self.progress("Features", None) as advance:
            return make_features(self.artefacts, self.settings.forecasts_memory_bytes, self._threads, advance)

    @cached_property
    def rows(self) -> Dataset:
        """Return the runners of all complete races, with their features."""
        return load_dataset(self.artefacts, self.features, feature_names(self.parameters.feature_set))

    def train(self) -> Card:
        """Train on the days of the span, and make the version the candidate."""
        with self.progress("Training", self.parameters.test_months + 1) as advance:
            card = train(
                self.artefacts,
                self.rows.between(*self.span),
                self.features.incomplete,
                self.parameters,
                self.settings.forecasts_threads,
                advance,
            )
        self.registry.offer(card)
        return card

    def card(self, version: str | None = None) -> Card:
        """Return a version by its name or its stage. Default: the current one, or else the candidate."""
        return read_card(self.artefacts, self.registry.version(self.parameters.feature_set, version))

    def evaluate(self, card: Card) -> Mapping[str, Any]:
        """Evaluate a version on races that were not in the training data of its models."""
        rows = self._known(card)
        with self.progress("Evaluation", 1) as advance:
            found = evaluate(self.artefacts, rows, card, walk_again(self.artefacts, rows, card, self._threads))
            advance()
        return found

    def promote(self, card: Card) -> str:
        """Make a version the current one. Return the reason why not, or an empty text."""
        try:
            if self.registry.promote(card):
                prune(self.artefacts, self.registry)
        except NotPromoted as refusal:
            return refusal.message
        return ""

    def predict(self, card: Card) -> list[Predictions]:
        """Forecast the days of the walk-forward within the span."""
        rows = self._known(card)
        check_data(rows, card)
        with self.progress("Forecasts", len(card.months)) as advance:
            return predict_months(self.artefacts, rows, card, self._threads, self.span, advance)

    def predict_coming(self, card: Card, entries: Sequence[Mapping[str, Any]]) -> tuple[Predictions, date]:
        """Forecast entries of coming days. Return also the last day with rides."""
        memory = self.settings.forecasts_memory_bytes
        with self.progress("Coming races", 1) as advance:
            rows, last = entry_dataset(self.artefacts, entries, card.features, memory)
            found = predict_entries(self.artefacts, rows, card, self._threads)
            advance()
        return found, last

    def days(self, card: Card, predictions: Predictions, now: datetime, last_known: date) -> list[DayForecast]:
        """Return predictions as forecasts of race days, made ``now``."""
        return days_of(predictions, card, now, last_known, self.span)

    def publish(self, forecasts: Iterable[DayForecast], *, replace_later: bool = False) -> int:
        """Publish forecasts and the list of models. Return the number of written days."""
        listed = list(forecasts)
        with self.progress("Publishing", len(listed)) as advance:
            written = publish(self.storage, listed, replace_later=replace_later, advance=advance)
        self.registry.publish()
        return written

    @property
    def _threads(self) -> int:
        return self.settings.forecasts_threads

    def _known(self, card: Card) -> Dataset:
        """Return the rows that a version was trained on."""
        return self.rows.between(card.trained_from, card.trained_until)
