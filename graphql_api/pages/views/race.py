"""The page of a race: the card, the result, corners, payouts and comments."""

from collections.abc import Mapping
from typing import Any

from graphql_api.errors import NotFound
from graphql_api.pages.charts import top_of
from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts
from graphql_api.pages.views.odds import odds_context

MOST = 1_000
"""Number of odds of the history: 55 times with 18 runners. The newest ones follow separately."""

LAST = 999
"""A position after all others, for runners without one."""


def variables(asked: PageRequest) -> dict[str, Any]:
    """Read the id. GraphQL checks its form."""
    return {"id": asked.path["id"], "most": asked.at_most(MOST), "language": asked.language.name}


def _forecast(forecast: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the forecast by rank, and the maximum of the axis of its probabilities."""
    if forecast is None:
        return {"forecast": None}
    entries = sorted(forecast["entries"], key=lambda each: each["rank"])
    rates = [each[key] for each in entries for key in ("winProbability", "marketProbability")]
    return {"forecast": {**forecast, "entries": entries}, "forecast_top": top_of(rates, least=0.2)}


def context(data: Mapping[str, Any], asked: PageRequest, texts: Texts) -> dict[str, Any]:
    """Return the race: in the order of the result if there is one, else by horse number. Raises ``NotFound``."""
    race = data["race"]
    if race is None:
        raise NotFound("There is no race with this id.")
    has_result = any(each["finishPosition"] for each in race["runners"])
    runners = race["runners"]
    if has_result:
        runners = sorted(runners, key=lambda each: (each["finishPosition"] or LAST, not each["known"]))
    numbers = {each["horseNumber"]: each for each in runners}
    names = {number: each["horseName"] for number, each in numbers.items()}
    own = [each for each in race["comments"] if each["language"] == asked.language.name]
    return {
        "race": race,
        "runners": runners,
        "has_result": has_result,
        "brackets": {number: each["bracketNumber"] for number, each in numbers.items()},
        "comments": own,
        **_forecast(race["forecast"]),
        "names": names,
        **odds_context(race, names, texts),
    }
