"""Fields computed from several cells of a row: race id, bands, running style, winner."""

from datetime import date

from graphql_api.jockeys.parsers import BRACKETED
from graphql_api.jockeys.racecourses import JRA_COURSES, NAR_COURSES
from graphql_api.jockeys.vocabulary import DistanceBand, FinishStatus, Jurisdiction, RunningStyle, Surface

_BANDS = (
    (1300, DistanceBand.SPRINT),
    (1899, DistanceBand.MILE),
    (2100, DistanceBand.INTERMEDIATE),
    (2700, DistanceBand.LONG),
)
_SMALL_FIELD = 8
_TWO = tuple(f"{number:02}" for number in range(100))  # half the time of formatting for every race


def race_id(
    day: date | None,
    racecourse: str | None,
    meeting_round: int | None,
    meeting_day: int | None,
    jurisdiction: Jurisdiction | None,
    race_number: int | None,
) -> str | None:
    """Return netkeiba's 12-digit race id. None for overseas races, and if a part is unknown."""
    if day is None or racecourse is None or race_number is None:
        return None
    if jurisdiction is Jurisdiction.JRA:
        if meeting_round is None or meeting_day is None:
            return None
        return f"{day.year}{JRA_COURSES[racecourse]}{_TWO[meeting_round]}{_TWO[meeting_day]}{_TWO[race_number]}"
    if jurisdiction is Jurisdiction.NAR:
        return f"{day.year}{NAR_COURSES[racecourse]}{_TWO[day.month]}{_TWO[day.day]}{_TWO[race_number]}"
    return None


def distance_band(distance: int | None) -> DistanceBand | None:
    """Return the SMILE band of a distance in metres."""
    if distance is None:
        return None
    return next((band for longest, band in _BANDS if distance <= longest), DistanceBand.EXTENDED)


def running_style(
    corners: tuple[int, ...] | None,
    field_size: int | None,
    surface: Surface | None,
    jurisdiction: Jurisdiction | None,
) -> RunningStyle | None:
    """Return the running style by JRA-VAN NEXT's definition, without NAR. Jump races are excluded here."""
    if not corners or len(corners) < 2 or surface is Surface.JUMP or jurisdiction is Jurisdiction.NAR:
        return None
    if 1 in corners[:-1]:
        return RunningStyle.FRONT_RUNNER
    if corners[-1] <= 4:
        return RunningStyle.STALKER
    if field_size is None:
        return None
    if field_size >= _SMALL_FIELD and corners[-1] * 3 <= field_size * 2:
        return RunningStyle.CLOSER
    return RunningStyle.DEEP_CLOSER


def won(finish_position: int | None, finish_status: FinishStatus) -> bool | None:
    """Return whether the horse won, including dead heats. None if the finish cannot be read."""
    return None if finish_status is FinishStatus.UNKNOWN else finish_position == 1


def winner_name(text: str | None, horse_name: str | None, won: bool | None) -> str | None:  # noqa: FBT001
    """Return the winner's name: the horse itself if it won, else 勝ち馬 unless that is a second horse in brackets."""
    if won:
        return horse_name
    return None if text is None or BRACKETED.fullmatch(text) else text
