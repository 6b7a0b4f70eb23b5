"""The card of a model: its training data and parameters, and everything that forecasts need."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from graphql_api.errors import DataCorrupt, NotFound
from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.parameters import Objective, Parameters
from graphql_api.forecasts.published import FeatureSet


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the walk-forward: its model, the last day of training data, and the parameters of probabilities."""

    month: str
    booster: str
    trained_until: date
    temperature: float
    flatness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A version of the model.

    ``months`` are those of the walk-forward with their models. ``booster`` is trained on all data.
    ``incomplete`` counts omitted races. ``racecourses`` are those of its races. It forecasts only these.
    ``importances`` are shares of the gain, by feature.
    """

    version: str
    parameters: Mapping[str, Any]
    features: Sequence[str]
    library: str
    trained_from: date
    trained_until: date
    races: int
    runners: int
    incomplete: int
    racecourses: Sequence[str]
    data_digest: str
    booster: str
    temperature: float
    flatness: float
    months: Sequence[Month]
    importances: Mapping[str, float] = field(default_factory=dict)

    @property
    def feature_set(self) -> FeatureSet:
        """Return its set of features."""
        return FeatureSet(self.parameters["feature_set"])

    @property
    def settings(self) -> Parameters:
        """Return its hyper-parameters."""
        given = {**self.parameters, "feature_set": self.feature_set}
        return Parameters(**{**given, "objective": Objective(self.parameters["objective"])})


def card_name(version: str) -> str:
    """Return the name of a card."""
    return f"model-{version}.json"


def write_card(artefacts: Artefacts, card: Card) -> None:
    """Return a card as bytes. Equal cards have equal bytes."""
    artefacts.write_json(card_name(card.version), asdict(card))


def read_card(artefacts: Artefacts, version: str) -> Card:
    """Read a card. Raises ``NotFound`` if there is none, and ``DataCorrupt`` if it cannot be read."""
    content = artefacts.read_json(card_name(version))
    if content is None:
        raise NotFound("There is no such model.", version=version)
    try:
        months = [
            Month(**{**each, "trained_until": date.fromisoformat(each["trained_until"])}) for each in content["months"]
        ]
        values: dict[str, Any] = {each.name: content[each.name] for each in fields(Card)}
        values.update({name: date.fromisoformat(content[name]) for name in ("trained_from", "trained_until")})
        return Card(**{**values, "months": months, "features": tuple(content["features"])})
    except (KeyError, TypeError, ValueError) as error:
        raise DataCorrupt("The card of the model cannot be read.", version=version, reason=str(error)) from error
