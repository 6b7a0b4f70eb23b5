"""One jockey's results as cells in netkeiba's form."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import mean

from graphql_api.samples.calendar import Calendar, Outcome
from graphql_api.samples.careers import NEWEST, ROSTER
from graphql_api.samples.duty import RIDERS
from graphql_api.samples.incidents import NO_GOING, NO_RIDER, NO_WEATHER
from graphql_api.samples.market import Quote
from graphql_api.samples.places import OVERSEAS, meetings
from graphql_api.samples.results import Finish
from graphql_api.samples.runs import DEMOTED, NOT_WEIGHED, NOT_WEIGHED_BEFORE, Run
from graphql_api.samples.vocabulary import PRIZE_SHARES
from graphql_api.slips.tickets.field import race_field

FIRST_DAY = date(1850, 1, 1)
"""The first day of racing."""

_OLD_TIMES = date(2005, 1, 1)
_PLACES = {jockey_id: place for place, (jockey_id, _) in enumerate(RIDERS)}


def results(calendar: Calendar, jockey_id: str, since: date = FIRST_DAY, until: date = NEWEST) -> Iterator[list[str]]:
    """Yield one row of cell texts for each ride of a rider of the roster, newest first, up to the prize money."""
    rider, career = _PLACES[jockey_id], ROSTER[jockey_id]
    day = min(until, career.until)
    while career.circuits and day >= max(since, career.since):
        for run, place in _rides(calendar, rider, day):
            yield _cells(run, place, calendar.outcome(run), jockey_id)
        day -= timedelta(days=1)


def _rides(calendar: Calendar, rider: int, day: date) -> Iterator[tuple[Run, int]]:
    """Yield a rider's mounts of a day, the last race first."""
    course = calendar.place_of(rider, day)
    for meeting in meetings(day):
        if meeting.course == course:
            for run in reversed(list(calendar.runs(meeting).values())):
                yield from ((run, place) for place, entry in enumerate(run.entries) if entry.rider == rider)


def _cells(run: Run, place: int, outcome: Outcome, jockey_id: str) -> list[str]:
    """Write the row of one horse."""
    card, meeting, entry, career = run.card, run.card.meeting, run.entries[place], ROSTER[jockey_id]
    result = outcome.result
    finish = result.finishes[place] if result.finishes else Finish(place + 1, "", None)
    quote = _quote(run, outcome.odds[place])
    form = career.layout.dates if "%" in career.layout.dates else "%Y/%m/%d"
    overseas = meeting.circuit == OVERSEAS
    return [
        meeting.day.strftime(form),
        meeting.label,
        "" if run.blank == NO_WEATHER else card.weather,
        "" if overseas else str(run.number),
        run.name,
        "",
        str(len(run.starters())),
        "" if overseas else str(race_field(len(run.entries)).bracket_of[place]),
        str(place + 1),
        career.layout.blank_odds if quote.odds is None else f"{quote.odds:.1f}",
        _cell(quote.rank),
        _position(finish),
        entry.horse.name,
        "" if entry.note == NO_RIDER else career.name,
        f"{outcome.loads[place]:g}",
        f"{run.surface}{run.distance}",
        _cell(card.moisture),
        "" if run.blank == NO_GOING or run.abandoned else card.going,
        _time(run, place, finish.time),
        _tenths(finish.margin),
        "-".join(map(str, finish.corners)),
        "-".join(map(_tenths, result.pace or ())),
        _tenths(finish.last3f),
        _body_weight(run, place),
        _winner(run, place, result.finishes),
        _prize(run, place, result.finishes),
    ]


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _tenths(value: int | None) -> str:
    return "" if value is None else f"{value / 10:.1f}"


def _quote(run: Run, final: Quote) -> Quote:
    """Return the odds as the page shows them: none where nothing was run, and of few races abroad."""
    if run.abandoned:
        return Quote(final.number, None, None)
    if run.card.meeting.circuit == OVERSEAS and run.number % 5:
        return Quote(final.number, None, final.rank)
    return final


def _position(finish: Finish) -> str:
    if finish.status == DEMOTED:
        return f"{finish.position}(降)"
    return finish.status or _cell(finish.position)


def _time(run: Run, place: int, time: int | None) -> str:
    """Write `m:ss.t`; a few old pages have `m.ss.t` or `m:ss:tt`."""
    if time is None:
        return ""
    minutes, tenths = divmod(time, 600)
    seconds, tenth = divmod(tenths, 10)
    if run.card.meeting.day < _OLD_TIMES and place == 0 and time % 3 == 0:
        return f"{minutes}.{seconds:02d}.{tenth}"
    if run.card.meeting.day < _OLD_TIMES and place == 1 and time % 30 == 0:
        return f"{minutes}:{seconds:02d}:{tenth}7"
    return f"{minutes}:{seconds:02d}.{tenth}"


def _body_weight(run: Run, place: int) -> str:
    """Write weight and change in kg; abroad no change is known, and some horses are not weighed."""
    entry = run.entries[place]
    if entry.note in (NOT_WEIGHED, NOT_WEIGHED_BEFORE):
        return entry.note
    if run.card.meeting.circuit == OVERSEAS:
        return (str(entry.weight), str(entry.weight), NOT_WEIGHED, "---")[(run.number + place) % 4]
    return f"{entry.weight}({entry.change:+d})" if entry.change else f"{entry.weight}(0)"


def _winner(run: Run, place: int, finishes: Sequence[Finish]) -> str:
    """Write the winner, in the winner's own row in brackets the second; overseas the brackets are empty.

    In a dead heat each winner's row names the other, and the other rows one of the two.
    """
    if not finishes:
        return ""
    if finishes[place].position != 1:
        return run.entries[next(other for other, each in enumerate(finishes) if each.position == 1)].horse.name
    others = [other for other in run.official() if other != place]
    second = run.entries[others[0]].horse.name if others and run.card.meeting.circuit != OVERSEAS else ""
    return f"({second})"


def _prize(run: Run, place: int, finishes: Sequence[Finish]) -> str:
    """Write the prize money in 10,000 yen for the first five; who shares a place shares two prizes."""
    position = finishes[place].position if finishes else None
    if position is None or position > len(PRIZE_SHARES) or run.card.meeting.circuit == OVERSEAS:
        return ""
    sharing = sum(each.position == position for each in finishes)
    return f"{run.kind.prize * mean(PRIZE_SHARES[position - 1 : position - 1 + sharing]):,.1f}"
