"""Ids of races: netkeiba's, those of a JRA-VAN bridge, and the one function that converts between them.

netkeiba writes ``YYYY course round day R`` for JRA and ``YYYY course MMDD R`` for NAR, 12 digits. A bridge writes
``YYYYMMDD course R``, with underscores or as 12 digits too; JRA-VAN itself writes ``YYYYMMDD course round day R``, 16
digits. Most ids of 12 digits are valid in both forms, so the form is never guessed: each function reads one form.
"""

import re
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from graphql_api.errors import BadUserInput, NotFound
from graphql_api.jockeys.racecourses import JRA_COURSES, NAR_COURSES
from graphql_api.jockeys.vocabulary import Jurisdiction

MAX_RACE_NUMBER = 12

RACECOURSES = MappingProxyType({code: name for name, code in (*JRA_COURSES.items(), *NAR_COURSES.items())})
"""Racecourses by the code of netkeiba and JRA-VAN."""

COURSE_CODES = MappingProxyType({name: code for code, name in RACECOURSES.items()})

_JRA_CODES = frozenset(JRA_COURSES.values())
_NETKEIBA = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})", re.ASCII)
BRIDGE_FORM = "[0-9]{8}_[0-9]{2}_[0-9]{2}|[0-9]{12}|[0-9]{16}"
"""The forms in which ``bridge_place`` reads ids, as a regular expression."""

_BRIDGE = re.compile(r"(\d{8})_(\d{2})_(\d{2})|(\d{8})(\d{2})(\d{2})", re.ASCII)
_JRA_VAN = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})(\d{2})", re.ASCII)
_MAX_ROUND, _MAX_DAY = 7, 12


@dataclass(frozen=True, slots=True)
class RacePlace:
    """The place of a race in the calendar.

    ``course`` is a code of ``RACECOURSES``. ``meeting_round`` and ``meeting_day`` are JRA's. None if not known.
    """

    day: date
    course: str
    number: int
    meeting_round: int | None = None
    meeting_day: int | None = None

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Return the organiser of the meeting."""
        return Jurisdiction.JRA if self.course in _JRA_CODES else Jurisdiction.NAR


@dataclass(frozen=True, slots=True)
class RaceIds:
    """The ids of one race. ``netkeiba`` is None for a race of JRA whose round or day is not known."""

    netkeiba: str | None
    bridge: str


def race_ids(place: RacePlace) -> RaceIds:
    """Return the ids of the race at ``place``: the only conversion between their forms."""
    course, number = place.course, f"{place.number:02}"
    bridge = f"{place.day:%Y%m%d}_{course}_{number}"
    if place.jurisdiction is Jurisdiction.NAR:
        return RaceIds(f"{place.day:%Y}{course}{place.day:%m%d}{number}", bridge)
    if place.meeting_round is None or place.meeting_day is None:
        return RaceIds(None, bridge)
    return RaceIds(f"{place.day:%Y}{course}{place.meeting_round:02}{place.meeting_day:02}{number}", bridge)


def netkeiba_id(text: str) -> str:
    """Return a valid id in netkeiba's form. Raises ``BadUserInput``."""
    match = _NETKEIBA.fullmatch(text)
    if match is None or not _is_netkeiba(*match.groups()):
        raise BadUserInput(f"{text[:40]!r} is not a netkeiba race id (12 digits: year, course, round, day, race).")
    return text


def place_of_netkeiba(race_id: str) -> RacePlace | None:
    """Return the place of a race by a valid netkeiba id. None for JRA, whose ids do not contain the day."""
    course = race_id[4:6]
    if course in _JRA_CODES:
        return None
    return RacePlace(date(int(race_id[:4]), int(race_id[6:8]), int(race_id[8:10])), course, int(race_id[10:]))


def bridge_place(text: str) -> RacePlace:
    """Return the place of a race by an id in the bridge's form. Raises ``BadUserInput``.

    The form is ``YYYYMMDD_course_RR``, the same as 12 digits, or the 16 digits of JRA-VAN.
    """
    place = _bridge_place(text)
    if place is None:
        raise BadUserInput(f"{text[:40]!r} is not a race id of the form YYYYMMDD_course_RR.")
    return place


def asked_place(text: str) -> RacePlace:
    """Read an id from a URL. Raises ``BadUserInput`` for another form, and ``NotFound`` for an impossible race."""
    if re.fullmatch(BRIDGE_FORM, text) and _bridge_place(text) is None:
        raise NotFound("There is no such race.")
    return bridge_place(text)


def _bridge_place(text: str) -> RacePlace | None:
    if match := _JRA_VAN.fullmatch(text):
        day, course, round_, meeting_day, number = match.groups()
        meeting = int(round_), int(meeting_day)
        if not is_meeting(*meeting):
            return None
    elif match := _BRIDGE.fullmatch(text):
        day, course, number = (each for each in match.groups() if each is not None)
        meeting = None
    else:
        return None
    held = _day(day)
    if held is None or course not in RACECOURSES or not _is_number(number):
        return None
    return RacePlace(held, course, int(number), *(meeting or ()))


def _is_netkeiba(year: str, course: str, first: str, second: str, number: str) -> bool:
    if course not in RACECOURSES or not _is_number(number):
        return False
    if course in _JRA_CODES:
        return year > "1900" and is_meeting(int(first), int(second))
    return _day(year + first + second) is not None


def is_meeting(meeting_round: int, meeting_day: int) -> bool:
    """Return whether JRA may have a meeting of this round and day."""
    return 1 <= meeting_round <= _MAX_ROUND and 1 <= meeting_day <= _MAX_DAY


def _is_number(text: str) -> bool:
    return 1 <= int(text) <= MAX_RACE_NUMBER


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
