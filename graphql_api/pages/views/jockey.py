"""The page of a jockey: figures with their intervals, form, and the newest rides."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql_api.errors import NotFound
from graphql_api.pages.charts import Line, line_chart, top_of
from graphql_api.pages.figures import percent
from graphql_api.pages.page_request import PageRequest
from graphql_api.pages.texts import Texts

STARTED = ("FINISHED", "DEMOTED", "REMOUNTED", "FAILED_TO_FINISH", "DISQUALIFIED")
"""Finish statuses of rides. A scratched horse was not ridden."""

MOST = 250
"""Number of rides of the form curve."""

WINDOW = 50
"""Number of rides in each point of the form curve."""

MANY = 30
"""Minimum number of rides for which the interval of a rate counts for the axis."""

STEP = 5
"""Number of rides between two points."""


def variables(asked: PageRequest) -> dict[str, Any]:
    """Read the id and the year. Raises ``BadUserInput``."""
    year = asked.year("year")
    span = {"date": {"gte": f"{year}-01-01", "lte": f"{year}-12-31"}} if year else {}
    return {
        "id": asked.path["id"],
        "rides": span or None,
        "started": {**span, "finishStatus": {"in": list(STARTED)}},
        "most": asked.at_most(MOST),
    }


def context(data: Mapping[str, Any], asked: PageRequest, texts: Texts) -> dict[str, Any]:
    """Return the jockey. Raises ``NotFound``."""
    jockey = data["jockey"]
    if jockey is None:
        raise NotFound("There is no jockey with this id.")
    keys = {"racecourse": "byRacecourse", "distance": "byDistance", "favourite": "byFavourite"}
    groups = {
        name: [each for each in jockey["records"][key] if each["statistics"]["rides"]] for name, key in keys.items()
    }
    return {
        "jockey": jockey,
        "statistics": jockey["records"]["statistics"],
        "rides": jockey["records"]["nodes"],
        "groups": groups,
        "tops": {name: _top(found) for name, found in groups.items()},
        "return_top": top_of([each["statistics"]["winReturnRate"] for each in groups["favourite"]], least=1.0),
        "years": [each["key"]["year"] for each in jockey["career"]["groupBy"]],
        "year": asked.year("year"),
        **_form(jockey["form"]["nodes"], texts),
    }


def _top(groups: Sequence[Mapping[str, Any]]) -> float:
    """Return the maximum of the axis of some rates. Wide intervals of few rides do not count."""
    rates = [each["statistics"] for each in groups]
    bounds = [each["winRateInterval"]["upper"] for each in rates if each["rides"] >= MANY and each["winRateInterval"]]
    return top_of([*bounds, *(each["winRate"] for each in rates)], least=0.2)


def _form(rides: Sequence[Mapping[str, Any]], texts: Texts) -> dict[str, Any]:
    """Return the form curve: the rates of wins and of places in the last rides, oldest first."""
    oldest_first = [(each["date"], each["finishPosition"] or 99) for each in reversed(rides)]
    ends = range(len(oldest_first), WINDOW - 1, -STEP)
    points = [
        {
            "date": oldest_first[end - 1][0],
            "wins": _share(oldest_first[end - WINDOW : end], 1),
            "places": _share(oldest_first[end - WINDOW : end], 3),
        }
        for end in reversed(ends)
    ]
    if len(points) < 2:
        return {"form": [], "form_chart": ""}
    lines = [
        Line(texts("jockey.top3_rate"), [each["places"] for each in points]),
        Line(texts("jockey.win_rate"), [each["wins"] for each in points]),
    ]
    summary = texts(
        "jockey.form_summary",
        start=points[0]["date"],
        end=points[-1]["date"],
        first=percent(points[0]["places"]),
        last=percent(points[-1]["places"]),
    )
    dates = [each["date"] for each in points]
    chart = line_chart(lines, dates, texts("jockey.form"), summary, is_rate=True, name="form")
    return {"form": points, "form_chart": chart}


def _share(rides: Sequence[tuple[str, int]], place: int) -> float:
    return sum(position <= place for _, position in rides) / len(rides)
