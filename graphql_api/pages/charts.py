"""Charts as SVG. The style sheet defines colours, fonts and dashes. A table near each chart has its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

BAR_WIDTH, BAR_HEIGHT = 100, 16
WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 30
MAX_LINES = 6
"""Maximum number of lines that colours and dashes can distinguish."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: a name, and a value at each place of the axis. None is a gap."""

    name: str
    values: Sequence[float | None]


def bar(value: float | None, interval: Mapping[str, float] | None, maximum: float) -> str:
    """Return a bar from 0 with its interval, for a table cell whose text has the same numbers."""
    scale = BAR_WIDTH / maximum if maximum > 0 else 0.0
    parts = [f'<rect class="ground" width="{BAR_WIDTH}" height="{BAR_HEIGHT}"/>']
    if value is not None:
        parts.append(f'<rect class="value" y="3" width="{_short(value * scale)}" height="{BAR_HEIGHT - 6}"/>')
    if interval is not None:
        start, end = _short(interval["lower"] * scale), _short(min(interval["upper"] * scale, BAR_WIDTH))
        middle = BAR_HEIGHT // 2
        ends = f"M{start} 4V12M{end} 4V12"
        parts.append(f'<path class="interval" d="M{start} {middle}H{end}{ends}"/>')
    size = f'viewBox="0 0 {BAR_WIDTH} {BAR_HEIGHT}" preserveAspectRatio="none"'
    return f'<svg class="bar" {size} aria-hidden="true">{"".join(parts)}</svg>'


def top_of(values: Sequence[float | None], least: float = 0.0) -> float:
    """Return the maximum of an axis: the smallest round number that is not below any value."""
    most = max([each for each in values if each is not None], default=least)
    most = max(most, least)
    steps = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 8, 10, 15, 20, 30, 40, 50, 60, 80, 100)
    return next((step for step in steps if most <= step), most)


def line_chart(
    lines: Sequence[Line], labels: Sequence[str], title: str, summary: str, *, is_rate: bool = False, name: str = "c"
) -> str:
    """Return a chart of lines. The first, the middle and the last place of the axis have ``labels``.

    ``title`` and ``summary`` are for screen readers. ``name`` is unique on the page.
    """
    top = top_of([value for line in lines for value in line.values])
    drawn = "".join(_line(line, number, top, len(labels)) for number, line in enumerate(lines[:MAX_LINES], 1))
    marks = "".join(_level(top * part / 2, top, is_rate=is_rate) for part in range(3))
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(summary)}</desc>'
        f"{marks}{_places(labels)}{drawn}</svg>"
    )


def _level(value: float, top: float, *, is_rate: bool) -> str:
    """Return a horizontal line at a value of the axis, with its text."""
    y = _short(_y(value, top))
    text = f"{value * 100:g}%" if is_rate else f"{value:g}"
    return (
        f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 6}" y="{y}" dy="0.35em" text-anchor="end">{text}</text>'
    )


def _places(labels: Sequence[str]) -> str:
    """Return the labels at both ends of the axis and in the middle."""
    last = len(labels) - 1
    places = sorted({0, last // 2, last}) if last >= 2 else range(last + 1)
    anchors = {0: "start", last: "end"}
    return "".join(
        f'<text x="{_short(_x(place, len(labels)))}" y="{HEIGHT - 8}" text-anchor="{anchors.get(place, "middle")}">'
        f"{escape(labels[place])}</text>"
        for place in places
    )


def _line(line: Line, number: int, top: float, places: int) -> str:
    """Return a line, with a point for each value without a neighbour."""
    path, points, is_open = "", "", False
    for place, value in enumerate(line.values):
        if value is None:
            is_open = False
            continue
        x, y = _short(_x(place, places)), _short(_y(value, top))
        path += f"{'L' if is_open else 'M'}{x} {y}"
        if not is_open and (place + 1 == len(line.values) or line.values[place + 1] is None):
            points += f'<circle class="point s{number}" cx="{x}" cy="{y}" r="3"/>'
        is_open = True
    return f'<path class="line s{number}" d="{path}"/>{points}'


def _x(place: int, places: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (place / (places - 1) if places > 1 else 0.5)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / top if top else 0)


def _short(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
