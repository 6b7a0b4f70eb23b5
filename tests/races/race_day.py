"""The race day that docs/races.md shows: asked of the sample data, and written as its table."""

from collections.abc import Mapping
from typing import Any

DAY, RACECOURSE = "2025-02-23", "東京"

QUERY = f"""{{ raceDays(from: "{DAY}", to: "{DAY}") {{ nodes {{ races {{
    racecourse raceNumber name surface distance going winners {{ horseName horseNumber }}
    completeness {{ runnersKnown fieldSize }} }} }} }} }}"""

HEAD = "| R | race | course | going | winner | known runners |\n|---|---|---|---|---|---|\n"


def table(data: Mapping[str, Any]) -> str:
    """Write the races of one racecourse as a table."""
    (day,) = data["raceDays"]["nodes"]
    return HEAD + "".join(_row(race) for race in day["races"] if race["racecourse"] == RACECOURSE)


def _row(race: Mapping[str, Any]) -> str:
    winners = " · ".join(_horse(horse) for horse in race["winners"])
    known = race["completeness"]
    course, field = f"{race['surface']} {race['distance']}", f"{known['runnersKnown']} of {known['fieldSize']}"
    return f"| {race['raceNumber']} | {race['name']} | {course} | {race['going']} | {winners} | {field} |\n"


def _horse(horse: Mapping[str, Any]) -> str:
    return horse["horseName"] if horse["horseNumber"] is None else f"{horse['horseNumber']} {horse['horseName']}"
