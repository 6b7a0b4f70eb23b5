"""The odds of a race: a table of the newest ones, and a chart of the favourites' odds over time."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql_api.pages.charts import MAX_LINES, Line, line_chart
from graphql_api.pages.figures import clock, decimal
from graphql_api.pages.texts import Texts

NO_ODDS: Mapping[str, Any] = {"odds": None, "odds_times": [], "odds_lines": [], "odds_chart": "", "odds_cut": None}


def odds_context(race: Mapping[str, Any], names: Mapping[int, str | None], texts: Texts) -> Mapping[str, Any]:
    """Return the odds of the page. Empty if they are only those of the result, which shows them itself."""
    board, history = race["odds"], race["oddsHistory"]
    if board is None or (board["status"] == "FINAL" and not history["totalCount"]):
        return NO_ODDS
    places = {each["combination"][0]: each for each in (race["placeOdds"] or {"entries": []})["entries"]}
    entries = [
        {"horseNumber": each["combination"][0], "odds": each["odds"], "place": places.get(each["combination"][0])}
        for each in board["entries"]
    ]
    cut = history["totalCount"] - len(history["nodes"])
    return {"odds": {**board, "entries": entries}, "odds_cut": cut or None, **_moves(board, history, names, texts)}


def _moves(
    board: Mapping[str, Any], history: Mapping[str, Any], names: Mapping[int, str | None], texts: Texts
) -> dict[str, Any]:
    """Return the odds of the favourites at each time, and their chart. Empty with fewer than two times."""
    known: dict[str, dict[int, float | None]] = {}
    for each in history["nodes"]:
        known.setdefault(each["asOf"], {})[each["horseNumber"]] = each["winOdds"]
    newest = {each["combination"][0]: each["odds"] for each in board["entries"]}
    known.setdefault(board["asOf"], newest)
    times = sorted(known)
    if len(times) < 2:
        return {"odds_times": [], "odds_lines": [], "odds_chart": ""}
    horses = [each for each, odds in newest.items() if odds is not None][:MAX_LINES]
    lines = [
        Line(f"{each} {names.get(each) or ''}".strip(), [known[time].get(each) for time in times]) for each in horses
    ]
    return {
        "odds_times": [clock(time) for time in times],
        "odds_lines": lines,
        "odds_chart": line_chart(
            lines, [clock(time) for time in times], texts("race.odds_moves"), _summary(lines, texts), name="odds"
        ),
    }


def _summary(lines: Sequence[Line], texts: Texts) -> str:
    """Return a text with the first and the last odds of each line."""
    told = []
    for line in lines:
        values = [each for each in line.values if each is not None]
        told.append(texts("race.odds_move", horse=line.name, first=decimal(values[0]), last=decimal(values[-1])))
    return " ".join(told)
