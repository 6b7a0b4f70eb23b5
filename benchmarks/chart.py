"""A bar chart as SVG, readable on light and dark pages."""

from html import escape

ROW, BAR, LABEL, WIDTH, PANEL = 22, 14, 230, 860, 44
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 14px }
.note { fill: #59636e }
.ours { fill: #0969da } .floor { fill: #b0b8c1 } .peer { fill: #8250df }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 }
  .ours { fill: #4493f8 } .floor { fill: #59636e } .peer { fill: #ab7df8 }
}
"""

Bars = list[tuple[str, float, str]]
"""Label, value, and a mark to stand behind the value."""


def draw(panels: dict[str, Bars], footnote: str) -> str:
    """Draw one panel of bars for each title, longest first, each panel on its own linear scale."""
    parts, top = [], 8
    for title, bars in panels.items():
        parts.append(f'<text class="title" x="8" y="{top + 20}">{escape(title)}</text>')
        top += PANEL - 10
        most = max((value for _, value, _ in bars), default=1.0)
        for name, value, mark in sorted(bars, key=lambda bar: -bar[1]):
            parts.append(_bar(name, value, mark, most, top))
            top += ROW
        top += 12
    parts.append(f'<text class="note" x="8" y="{top + 12}">{escape(footnote)}</text>')
    top += ROW
    body = "\n".join(parts)
    frame = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img"'
    head = f"<title>Requests a second</title>\n<style>{STYLE}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>\n{head}\n{body}\n</svg>\n'


def _bar(name: str, value: float, mark: str, most: float, top: int) -> str:
    length = max(1.0, value / most * (WIDTH - LABEL - 90))
    middle, upper = top + ROW / 2 + 4, top + (ROW - BAR) / 2
    return (
        f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="{_kind(name)}" x="{LABEL}" y="{upper}" width="{length:.1f}" height="{BAR}" rx="2"/>'
        f'<text class="note" x="{LABEL + length + 6:.1f}" y="{middle}">{figure(value)}{mark}</text>'
    )


def _kind(name: str) -> str:
    return {"this server": "ours", "floor": "floor"}.get(name.partition(":")[0], "peer")


def figure(value: float) -> str:
    """Write a number with about three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
