"""The forecast of a race compared with the race: probabilities of the market, and losses of the forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from graphql_api.forecasts.published import DayForecast, RaceForecast, RunnerForecast
from graphql_api.races.model import NON_STARTERS, Race, RaceStatus, Runner


@dataclass(frozen=True, slots=True)
class JudgedRunner:
    """A forecast of a runner with its data in the race. ``market`` is None without odds."""

    forecast: RunnerForecast
    market: float | None
    is_scratched: bool
    finish_position: int | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Losses of a past race: minus the logarithm of the winner's probability, or the mean over a dead heat's winners.

    Probabilities are those among the starters. ``market_loss`` is None if the odds are not known.
    """

    loss: float
    market_loss: float | None
    uniform_loss: float
    winner_rank: int


@dataclass(frozen=True, slots=True)
class JudgedRace:
    """The forecast of a race with the race."""

    day: DayForecast
    runners: tuple[JudgedRunner, ...]
    is_made_before: bool
    judgement: Judgement | None


def judge(day: DayForecast, race: Race) -> JudgedRace | None:
    """Return the forecast of a race. None if the day has none, or it is for other horses."""
    found = day.race(race.ids.bridge)
    if found is None or not _is_of(found, race):
        return None
    known = {runner.horse_number: runner for runner in race.runners}
    market = _market(found, known)
    runners = tuple(_runner(each, known.get(each.horse_number), market) for each in found.runners)
    return JudgedRace(day, runners, _is_made_before(day, race), _judgement(race, runners))


def _is_of(forecast: RaceForecast, race: Race) -> bool:
    """Return whether all horse numbers have the same names, since the draw of a day may have changed."""
    names = {runner.horse_number: runner.horse_name for runner in race.runners if runner.horse_name}
    return all(names.get(each.horse_number, each.horse_name) == each.horse_name for each in forecast.runners)


def _is_made_before(day: DayForecast, race: Race) -> bool:
    """Return whether it was computed before the race. If the post time is not known, the day decides."""
    return day.made_before if race.post_time is None else day.made_at < race.post_time


def _market(forecast: RaceForecast, known: Mapping[int, Runner]) -> Mapping[int, float]:
    """Return probabilities by the current odds of the race, or else by those that were published."""
    numbers = [each.horse_number for each in forecast.runners if not _is_out(known.get(each.horse_number))]
    odds = {number: known[number].win_odds for number in numbers if number in known}
    shares = {number: 1 / each for number, each in odds.items() if each}
    if shares and len(shares) == len(numbers):
        total = sum(shares.values())
        return {number: share / total for number, share in shares.items()}
    published = {each.horse_number: each.market_probability for each in forecast.runners}
    return {number: each for number, each in published.items() if each is not None}


def _is_out(runner: Runner | None) -> bool:
    return runner is not None and runner.finish_status in NON_STARTERS


def _runner(forecast: RunnerForecast, known: Runner | None, market: Mapping[int, float]) -> JudgedRunner:
    position = None if known is None else known.finish_position
    return JudgedRunner(forecast, market.get(forecast.horse_number), _is_out(known), position)


def _judgement(race: Race, runners: Sequence[JudgedRunner]) -> Judgement | None:
    """Return the losses. None before the result, and if the winner has no forecast."""
    starters = [each for each in runners if not each.is_scratched]
    winners = [each for each in starters if each.finish_position == 1]
    if race.status is not RaceStatus.OFFICIAL or not winners:
        return None
    whole = sum(each.forecast.win_probability for each in starters)
    market = [each.market for each in winners]
    return Judgement(
        loss=_mean([log(whole / each.forecast.win_probability) for each in winners]),
        market_loss=None if None in market else _mean([-log(each) for each in market if each]),
        uniform_loss=log(len(starters)),
        winner_rank=min(each.forecast.rank for each in winners),
    )


def _mean(values: Sequence[float]) -> float:
    """Return the mean. The module ``statistics`` would make the start of the function slower."""
    return sum(values) / len(values)
