"""The current version of the model for each set of features, and the checks before it changes.

One object in the storage has the versions. It is replaced only if nobody else has replaced it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from graphql_api.errors import Conflict, DataCorrupt, NotFound
from graphql_api.forecasts.artefacts import FOLDER, Artefacts
from graphql_api.forecasts.cards import Card, read_card
from graphql_api.forecasts.evaluating import losses_name, read_evaluation_of
from graphql_api.forecasts.published import (
    MODELS_KEY,
    Evaluation,
    FeatureSet,
    ModelStage,
    PublishedModel,
)
from graphql_api.forecasts.stored import dump_models, read_evaluation

KEY = f"{FOLDER}/aliases.json"

MAX_RETIRED = 20
MIN_RACES = 100
"""Minimum number of forecast races of a version that becomes current."""

WORSE = 0.001
"""By how much the mean log loss of a race may be higher than the current version's: training again on corrected data
changes it by about as much."""


class NotPromoted(Conflict):
    """A version was refused. The message says why."""


@dataclass(frozen=True, slots=True)
class Stages:
    """The versions of one set of features. None if there is none. ``retired`` are earlier ones, newest first."""

    current: str | None = None
    candidate: str | None = None
    retired: tuple[str, ...] = ()

    @property
    def versions(self) -> Sequence[tuple[str, ModelStage]]:
        """Return all versions with their stages."""
        named = ((self.current, ModelStage.CURRENT), (self.candidate, ModelStage.CANDIDATE))
        retired = ((version, ModelStage.RETIRED) for version in self.retired)
        return [(version, stage) for version, stage in (*named, *retired) if version is not None]


class Registry:
    """The versions by stage."""

    def __init__(self, artefacts: Artefacts) -> None:
        """Store them with the results of the steps."""
        self._artefacts = artefacts

    def stages(self, feature_set: FeatureSet) -> Stages:
        """Return the versions of a set of features. Raises ``DataCorrupt``, and as ``Storage``."""
        return self._read()[0].get(feature_set, Stages())

    def versions(self) -> list[str]:
        """Return all versions of all sets of features. Raises as ``stages``."""
        return [version for stages in self._read()[0].values() for version, _ in stages.versions]

    def version(self, feature_set: FeatureSet, asked: str | None) -> str:
        """Return a version by its name or its stage. Default: the current one, or else the candidate.

        Raises ``NotFound`` if there is none.
        """
        stages = self.stages(feature_set)
        if asked is None:
            found = stages.current or stages.candidate
        else:
            found = {"current": stages.current, "candidate": stages.candidate}.get(asked, asked)
        if found is None:
            raise NotFound("There is no such model. Run graphql-api forecast train.", stage=asked)
        return found

    def offer(self, card: Card) -> None:
        """Make a version the candidate, unless it is the current one. Raises ``Conflict``, and as ``Storage``."""
        known, etag = self._read()
        stages = known.get(card.feature_set, Stages())
        if card.version not in (stages.current, stages.candidate):
            self._write({**known, card.feature_set: replace(stages, candidate=card.version)}, etag)

    def promote(self, card: Card) -> bool:
        """Make a version the current one if it passes the checks. Return whether it was not the current one before.

        Raises ``NotPromoted``, ``Conflict`` if another writer came first, and as ``Storage``.
        """
        known, etag = self._read()
        stages = known.get(card.feature_set, Stages())
        if stages.current == card.version:
            return False
        if reasons := self.refusals(card, stages.current):
            raise NotPromoted(f"Model {card.version} was not promoted: {' '.join(reasons)}")
        retired = (stages.current, *stages.retired) if stages.current else stages.retired
        kept = tuple(version for version in retired if version != card.version)[:MAX_RETIRED]
        candidate = None if stages.candidate == card.version else stages.candidate
        self._write({**known, card.feature_set: Stages(card.version, candidate, kept)}, etag)
        return True

    def refusals(self, card: Card, current: str | None) -> list[str]:
        """Return the reasons to refuse a version. Empty if it passes."""
        own = summary_of(self._artefacts, card.version)
        found = []
        if own.races < MIN_RACES:
            found.append(f"only {own.races} races were forecast, {MIN_RACES} are required.")
        if not own.beats_uniform:
            found.append("it is not better than the same chance for each runner.")
        if card.feature_set is not FeatureSet.MARKET and own.difference < 0:
            found.append("it is better than the market without its odds, so its features must know the result (leak).")
        if current is not None and (worse := self._difference(card.version, current)) is not None and worse > WORSE:
            found.append(f"its log loss is {worse:.4f} higher than that of the current model on the same races.")
        return found

    def publish(self) -> Sequence[PublishedModel]:
        """Publish the list of evaluated models, and return it."""
        listed = []
        for feature_set, stages in self._read()[0].items():
            for version, stage in stages.versions:
                try:
                    card, evaluation = read_card(self._artefacts, version), summary_of(self._artefacts, version)
                except NotFound:
                    continue
                listed.append(_published(card, evaluation, feature_set, stage))
        self._artefacts.storage.write(MODELS_KEY, dump_models(listed))
        return listed

    def _difference(self, version: str, current: str) -> float | None:
        """Return the mean loss of a version minus that of the current one, on races of both. None without any."""
        own, other = (self._artefacts.read_arrays(losses_name(each)) for each in (version, current))
        if own is None or other is None:
            return None
        _, left, right = np.intersect1d(own["races"], other["races"], return_indices=True)
        return float((own["losses"][left] - other["losses"][right]).mean()) if len(left) else None

    def _read(self) -> tuple[Mapping[FeatureSet, Stages], str | None]:
        try:
            stored = self._artefacts.storage.read(KEY)
        except NotFound:
            return {}, None
        assert stored is not None  # noqa: S101 - without a known version the storage gives an object
        try:
            content = orjson.loads(stored.data)
            return {FeatureSet(name): _stages(each) for name, each in content.items()}, stored.etag
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataCorrupt("The registry of models cannot be read.", key=KEY, reason=str(error)) from error

    def _write(self, known: Mapping[FeatureSet, Stages], etag: str | None) -> None:
        content = {
            feature_set.value: {"current": each.current, "candidate": each.candidate, "retired": each.retired}
            for feature_set, each in known.items()
        }
        self._artefacts.storage.swap(KEY, orjson.dumps(content, option=orjson.OPT_INDENT_2), etag)


def summary_of(artefacts: Artefacts, version: str) -> Evaluation:
    """Return the summary of a version's evaluation. Raises ``NotFound`` and ``DataCorrupt``."""
    content = read_evaluation_of(artefacts, version)
    try:
        return read_evaluation(content["summary"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataCorrupt("The evaluation of the model cannot be read.", version=version) from error


def _stages(content: Any) -> Stages:
    return Stages(content["current"], content["candidate"], tuple(map(str, content["retired"])))


def _published(card: Card, evaluation: Evaluation, feature_set: FeatureSet, stage: ModelStage) -> PublishedModel:
    return PublishedModel(
        version=card.version,
        stage=stage,
        objective=card.settings.objective.value,
        feature_set=feature_set,
        trained_from=card.trained_from,
        trained_until=card.trained_until,
        races=card.races,
        runners=card.runners,
        data_digest=card.data_digest,
        evaluation=evaluation,
    )
