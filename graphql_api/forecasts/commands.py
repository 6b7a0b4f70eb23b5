"""``graphql-api forecast``: features, training, evaluation, forecasts, reports, and the registry of models."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from graphql_api.cli.options import data_option, log_to_stderr, settings_of

if TYPE_CHECKING:
    from graphql_api.forecasts.cards import Card
    from graphql_api.forecasts.pipeline import Advance, Pipeline, Progress
    from graphql_api.forecasts.published import DayForecast
    from graphql_api.services import Services

SETS = ("evening", "race_day", "market")
OBJECTIVES = ("softmax", "binary")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with: the steps, the services, and whether it prints JSON."""

    pipeline: "Pipeline"
    services: "Services"
    is_json: bool

    def tell(self, content: Mapping[str, Any], text: str) -> None:
        """Print a result: as JSON, or as a text."""
        click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2) if self.is_json else text)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of all commands."""
    day = click.DateTime(formats=["%Y-%m-%d"])
    for option in (
        click.option("--json", "is_json", is_flag=True, help="Print the result as JSON."),
        click.option("--until", type=day, help="Last day (YYYY-MM-DD). Default: no bound."),
        click.option("--since", type=day, help="First day (YYYY-MM-DD). Default: no bound."),
        click.option(
            "--set", "feature_set", type=click.Choice(SETS), default=SETS[0], show_default=True, help="Features."
        ),
        data_option,
    ):
        command = option(command)
    return command


def objective_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option of commands that train."""
    return click.option(
        "--objective", type=click.Choice(OBJECTIVES), default=OBJECTIVES[0], show_default=True, help="Loss to minimise."
    )(command)


def model_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option of commands that use a model."""
    return click.option(
        "--model", metavar="VERSION|current|candidate", help="Default: the current model, otherwise the candidate."
    )(command)


@click.group(
    short_help="Make forecasts and compare them with the market.",
    epilog="""\b
Examples:
  graphql-api forecast run --data data
  graphql-api forecast train --data data --until 2025-05-31
  graphql-api forecast report --data data --out report.html""",
)
def forecast() -> None:
    """Make forecasts of races from the index, compare them with the market, and publish them for the API.

    Each command runs the steps that it requires, unless their results are stored already. An interrupted command
    continues where it ended. The results are in the folders `forecasting` and `forecasts` of the data source.
    """


@forecast.command(short_help="Compute the features of all runners.")
@options
def features(**given: Any) -> None:
    """Compute the features of all runners in the index. Data of the race day is not used."""
    with opened(**given) as work:
        found = work.pipeline.features
        content = {"digest": found.digest, "rows": found.rows, "races": found.races, "incomplete": found.incomplete}
        work.tell(
            content,
            f"Features {found.digest}: {found.rows:,} runners, {found.races:,} races from {found.first} to "
            f"{found.last}; {found.incomplete:,} races are incomplete.",
        )


@forecast.command(short_help="Train a model and make it the candidate.")
@objective_option
@options
def train(**given: Any) -> None:
    """Train a model on complete races, month by month and then on all of them, and make it the candidate."""
    with opened(**given) as work:
        card = work.pipeline.train()
        work.tell(_card(card), _card_text(card))


@forecast.command(short_help="Compare a model with the market.")
@model_option
@options
def evaluate(model: str | None, **given: Any) -> None:
    """Evaluate the forecasts of races that the model was not trained on."""
    with opened(**given) as work:
        found = work.pipeline.evaluate(work.pipeline.card(model))
        work.tell(found, _verdict(found["summary"]))


@forecast.command(short_help="Forecast past races out of sample, and future races.")
@model_option
@options
def predict(model: str | None, **given: Any) -> None:
    """Forecast the races from --since to --until.

    Past races are forecast by models that were trained on earlier races, future races by the newest model.
    """
    with opened(**given) as work:
        card = work.pipeline.card(model)
        days = [_day_told(each) for each in _forecasts(work, card)]
        work.tell({"model": card.version, "days": days}, f"Forecast {len(days)} race days by model {card.version}.")


@forecast.command(short_help="Publish forecasts for the API.")
@click.option("--replace", is_flag=True, help="Replace forecasts of past days, but never those made before the races.")
@model_option
@options
def publish(model: str | None, *, replace: bool, **given: Any) -> None:
    """Publish the forecasts from --since to --until, one object for each race day."""
    with opened(**given) as work:
        card = work.pipeline.card(model)
        found = _forecasts(work, card)
        written = work.pipeline.publish(found, replace_later=replace)
        content = {"model": card.version, "days": len(found), "written": written}
        work.tell(content, f"Published {written} of {len(found)} race days by model {card.version}.")


@forecast.command(short_help="Write the report of a model as HTML.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the page to this file.")
@model_option
@options
def report(model: str | None, out: Path | None, **given: Any) -> None:
    """Write the report of a model: one HTML page in Japanese and English, with plots."""
    with opened(**given) as work:
        name, page = _reported(work, work.pipeline.card(model))
        if out is not None:
            out.write_bytes(page)
        work.tell({"report": name, "bytes": len(page)}, f"Wrote {out or name} ({len(page):,} bytes).")


@forecast.command(short_help="List models, or promote one.")
@click.option("--promote", metavar="VERSION|candidate", help="Make this model current, if it passes the checks.")
@options
def models(promote: str | None, **given: Any) -> None:
    """List the models with their stages. A model becomes current only if it is not worse than the current one.

    A model without odds that is better than the market is refused: its features probably contain the result.
    """
    with opened(**given) as work:
        if promote is not None and (refusal := work.pipeline.promote(work.pipeline.card(promote))):
            raise click.ClickException(refusal)
        listed = work.pipeline.registry.publish()
        lines = [
            f"{each.version}  {each.stage.value:9}  {each.feature_set.value:8}  until {each.trained_until}  "
            f"log loss {each.evaluation.log_loss:.4f} (market {each.evaluation.market_log_loss:.4f})"
            for each in listed
        ]
        work.tell({"models": listed}, "\n".join(lines) or "There are no evaluated models.")


@forecast.command(short_help="Run all steps.")
@objective_option
@options
def run(**given: Any) -> None:
    """Run all steps: features, training, evaluation, promotion, forecasts, publication, report."""
    with opened(**given) as work:
        pipeline = work.pipeline
        card = pipeline.train()
        found = pipeline.evaluate(card)
        refusal = pipeline.promote(card)
        name, _ = _reported(work, card)
        current = pipeline.card()
        written = pipeline.publish(_forecasts(work, current)) if not refusal or current != card else 0
        told = {**_card(card), "summary": found["summary"], "refusal": refusal or None, "published": written}
        verdict = f"{_verdict(found['summary'])}\n{refusal or 'The model is current.'}"
        work.tell({**told, "report": name}, f"{_card_text(card)}\n{verdict}\nPublished {written} days. Report: {name}")


@contextmanager
def opened(
    data: str | None,
    since: datetime | None,
    until: datetime | None,
    feature_set: str,
    *,
    is_json: bool,
    objective: str = OBJECTIVES[0],
) -> Iterator[Opened]:
    """Open the data source, and show the progress of the steps on the terminal."""
    from rich.progress import Progress as Bars

    from graphql_api.cli.console import console
    from graphql_api.cli.source import open_source
    from graphql_api.forecasts.parameters import Objective, Parameters
    from graphql_api.forecasts.pipeline import Pipeline
    from graphql_api.forecasts.published import FeatureSet
    from graphql_api.forecasts.settings import ForecastsSettings
    from graphql_api.services import Services

    settings = settings_of(data)
    log_to_stderr("CRITICAL")
    services = Services(settings, open_source(settings))
    span = (since.date() if since else None, until.date() if until else None)
    parameters = Parameters(objective=Objective(objective), feature_set=FeatureSet(feature_set))
    try:
        with Bars(console=console(stderr=True)) as bars:
            own = settings.of(ForecastsSettings)
            yield Opened(Pipeline(services.storage, own, parameters, span, _shown(bars)), services, is_json)
    finally:
        services.close()


def _shown(bars: Any) -> "Progress":
    """Return a ``Progress`` that shows each step as a bar."""

    @contextmanager
    def show(name: str, parts: int | None) -> "Iterator[Advance]":
        task = bars.add_task(name, total=parts)
        yield lambda: bars.advance(task)
        done = bars.tasks[-1].completed
        bars.update(task, total=max(done, 1), completed=max(done, 1))

    return show


def _forecasts(work: Opened, card: "Card") -> "list[DayForecast]":
    from graphql_api.forecasts.making import coming_forecasts, past_forecasts

    now = datetime.now(UTC)
    return [
        *past_forecasts(work.pipeline, card, now),
        *asyncio.run(coming_forecasts(work.pipeline, work.services, card, now)),
    ]


def _reported(work: Opened, card: "Card") -> tuple[str, bytes]:
    """Write the report of a model, and send its run to MLflow if the settings name where."""
    from graphql_api.forecasts.reporting import write_report
    from graphql_api.forecasts.tracking import track, tracking_uri

    pipeline = work.pipeline
    evaluation = pipeline.evaluate(card)
    written = write_report(pipeline.artefacts, card, evaluation)
    if uri := tracking_uri(pipeline.settings.forecasts_tracking):
        with pipeline.progress("MLflow", 1) as advance:
            track(pipeline.artefacts, card, evaluation, uri)
            advance()
    return written


def _card(card: "Card") -> dict[str, Any]:
    return {"version": card.version, "races": card.races, "runners": card.runners, "data_digest": card.data_digest}


def _card_text(card: "Card") -> str:
    return (
        f"Model {card.version}: {card.races:,} complete races, {card.runners:,} runners, from {card.trained_from} "
        f"to {card.trained_until}; {len(card.months)} months forecast."
    )


def _verdict(summary: Mapping[str, Any]) -> str:
    apart = summary["difference"]
    beaten = "The market is beaten" if summary["difference_high"] < 0 else "The market is not beaten"
    return (
        f"Log loss of a race {summary['log_loss']:.4f}, market {summary['market_log_loss']:.4f}, uniform "
        f"{summary['uniform_log_loss']:.4f} ({summary['races']:,} races). {beaten}: {apart:+.4f} "
        f"[{summary['difference_low']:+.4f}, {summary['difference_high']:+.4f}]. "
        f"ECE {summary['calibration_error']:.4f}."
    )


def _day_told(day: "DayForecast") -> dict[str, Any]:
    return {"day": day.day, "races": len(day.races), "trained_until": day.trained_until, "known_until": day.known_until}
