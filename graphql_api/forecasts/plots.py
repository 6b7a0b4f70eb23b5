"""Plots as inline SVG without a library: reliability, lines over months or days."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from typing import Any

COLOURS = ("#24476b", "#c0562c", "#6b8f3c")
WIDTH, HEIGHT, MARGIN = 460, 300, 46

Point = tuple[float, float]


def reliability_svg(series: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return a plot of probabilities and shares of wins on logarithmic axes with 95 % bars. The diagonal is perfect."""
    values = [each[key] for bins in series.values() for each in bins for key in ("predicted", "observed")]
    low = max(1e-3, min((value for value in values if value > 0), default=1e-3) / 1.3)
    high = min(1.0, max(values, default=1.0) * 1.3)

    def place(value: float) -> float:
        return (log10(max(value, low)) - log10(low)) / max(log10(high) - log10(low), 1e-9)

    parts = [_line([(0.0, 0.0), (1.0, 1.0)], "#999", dashes="4 4")]
    for (name, bins), colour in zip(series.items(), COLOURS, strict=False):
        for each in bins:
            across, below, above = place(each["predicted"]), place(each["low"]), place(min(each["high"], high))
            parts.append(_line([(across, below), (across, above)], colour))
            title = f"{name}: {each['predicted']:.3f} → {each['observed']:.3f} ({each['runners']})"
            parts.append(_dot((across, place(each["observed"])), colour, title))
    ticks = [(place(tick), f"{tick:g}") for tick in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0) if low <= tick <= high]
    return _figure(parts, ticks, ticks, list(series))


def lines_svg(series: Mapping[str, Sequence[float]], labels: Sequence[str]) -> str:
    """Return a plot with a line for each series over the same labels."""
    values = [value for line in series.values() for value in line]
    low, high = min(values, default=0.0), max(values, default=1.0)
    spread = (high - low) or 1.0
    last = max(len(labels) - 1, 1)
    parts = []
    for line, colour in zip(series.values(), COLOURS, strict=False):
        parts.append(_line([(place / last, (value - low) / spread) for place, value in enumerate(line)], colour))
    step = max(1, len(labels) // 5)
    across = [(place / last, label) for place, label in enumerate(labels) if place % step == 0]
    upright = [(share / 4, f"{low + spread * share / 4:.4g}") for share in range(5)]
    return _figure(parts, across, upright, list(series))


def _figure(
    parts: Sequence[str],
    across: Sequence[tuple[float, str]],
    upright: Sequence[tuple[float, str]],
    names: Sequence[str],
) -> str:
    """Return a plot with axes, labels and a legend."""
    texts = [
        *(_text(_x(place), HEIGHT - MARGIN + 16, label, "middle") for place, label in across),
        *(_text(MARGIN - 6, _y(place) + 4, label, "end") for place, label in upright),
        *(
            _text(MARGIN + 10, MARGIN - 24 + 15 * place, name, "start", colour)
            for place, (name, colour) in enumerate(zip(names, COLOURS, strict=False))
        ),
    ]
    frame = (
        f'<rect x="{MARGIN}" y="{MARGIN - 12}" width="{WIDTH - 2 * MARGIN}" height="{HEIGHT - 2 * MARGIN + 12}" '
        'fill="none" stroke="#ccc"/>'
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{frame}{"".join(parts)}{"".join(texts)}</svg>'


def _x(share: float) -> float:
    return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def _y(share: float) -> float:
    return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)


def _line(points: Sequence[Point], colour: str, dashes: str = "none") -> str:
    path = " ".join(f"{_x(across)},{_y(upright)}" for across, upright in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dashes}"/>'


def _dot(point: Point, colour: str, title: str) -> str:
    return (
        f'<circle cx="{_x(point[0])}" cy="{_y(point[1])}" r="3" fill="{colour}"><title>{escape(title)}</title></circle>'
    )


def _text(across: float, upright: float, text: str, anchor: str, colour: str = "#333") -> str:
    return (
        f'<text x="{across}" y="{upright}" font-size="11" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )
