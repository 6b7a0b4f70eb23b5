"""The step ``train``: the walk through time, then a model of all the data, and its card."""

from collections.abc import Callable
from datetime import date
from typing import Any

from graphql_api.errors import Conflict
from graphql_api.forecasts import boosting
from graphql_api.forecasts.artefacts import Artefacts, digest
from graphql_api.forecasts.cards import Card, Month, card_name, read_card, write_card
from graphql_api.forecasts.dataset import Dataset
from graphql_api.forecasts.parameters import Parameters
from graphql_api.forecasts.walk_forward import Prefixes, Walk, ensure_booster, read_model, walk

Advance = Callable[[], object]


def version_of(dataset: Dataset, parameters: Parameters) -> tuple[str, str]:
    """Return the version of the model that these data and parameters give, and the digest of the data."""
    data_digest = Prefixes(dataset, parameters).of(len(dataset))
    return digest(parameters.table, list(dataset.names), data_digest, boosting.library_version()), data_digest


def train(
    artefacts: Artefacts,
    dataset: Dataset,
    incomplete: int,
    parameters: Parameters,
    threads: int,
    advance: Advance = lambda: None,
) -> Card:
    """Train a version, unless it is there already.

    ``advance`` is called for each month of the walk, and at the end. Raises as ``walk``.
    """
    version, data_digest = version_of(dataset, parameters)
    if artefacts.read(card_name(version)) is not None:
        return read_card(artefacts, version)
    walked = walk(artefacts, dataset, parameters, threads, advance)
    booster = ensure_booster(artefacts, dataset, len(dataset), Prefixes(dataset, parameters), parameters, threads)
    shares = read_model(artefacts, booster, threads).importances
    ordered = sorted(zip(dataset.names, shares.tolist(), strict=True), key=lambda each: (-each[1], each[0]))
    card = Card(
        version=version,
        parameters=parameters.table,
        features=dataset.names,
        library=f"lightgbm {boosting.library_version()}",
        trained_from=_day(dataset.days[0]),
        trained_until=_day(dataset.days[-1]),
        races=len(dataset.starts),
        runners=len(dataset),
        incomplete=incomplete,
        racecourses=sorted(set(dataset.facts["racecourse"].tolist())),
        data_digest=data_digest,
        booster=booster,
        temperature=walked.temperature,
        flatness=walked.flatness,
        months=[
            Month(fold.month, fold.booster, _day(dataset.days[fold.rows.start - 1]), fold.temperature, fold.flatness)
            for fold in walked.folds
        ],
        importances={name: round(share, 6) for name, share in ordered},
    )
    write_card(artefacts, card)
    advance()
    return card


def walk_again(artefacts: Artefacts, dataset: Dataset, card: Card, threads: int) -> Walk:
    """Return the walk of a version; its models are read, none is trained. Raises as ``check_data``."""
    check_data(dataset, card)
    return walk(artefacts, dataset, card.settings, threads)


def check_data(dataset: Dataset, card: Card) -> None:
    """Raise ``Conflict`` if the data are no longer those that a version was trained on."""
    if Prefixes(dataset, card.settings).of(len(dataset)) != card.data_digest:
        raise Conflict("The data have changed since the model was trained. Train again.", version=card.version)


def _day(value: Any) -> date:
    day: date = value.astype(object)
    return day
