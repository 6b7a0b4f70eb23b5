"""The step ``report``: one HTML page in Japanese and English, and the model card in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from graphql_api.forecasts.artefacts import Artefacts
from graphql_api.forecasts.cards import Card
from graphql_api.forecasts.drift import FAR, MOVED
from graphql_api.forecasts.plots import lines_svg, reliability_svg
from graphql_api.forecasts.strategies import STRATEGIES
from graphql_api.forecasts.vocabulary import DESCRIPTIONS
from graphql_api.forecasts.words import FIGURES, FORECASTS, HEADINGS, verdict

Content = Mapping[str, Any]
LISTED = 15
"""Number of listed features: of the most important ones, and of those with the largest drift."""

STYLE = (
    "body{font:14px/1.5 sans-serif;margin:2em;max-width:1000px}table{border-collapse:collapse;margin:1em 0}"
    "td,th{padding:.15em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child"
    "{text-align:left}svg{width:460px}.verdict{background:#f3f3ef;padding:1em}small{color:#666}"
)


def write_report(artefacts: Artefacts, card: Card, evaluation: Content) -> tuple[str, bytes]:
    """Write the report and the card of a version. Return the report's name and its bytes, which are reproducible."""
    artefacts.write(f"model-{card.version}.md", markdown_card(card, evaluation).encode())
    name, page = f"report-{card.version}.html", html_report(card, evaluation).encode()
    artefacts.write(name, page)
    return name, page


def html_report(card: Card, evaluation: Content) -> str:
    """Return the page."""
    japanese, english = verdict(evaluation["summary"])
    summary = evaluation["summary"]
    head = (
        f"<p>{escape(card.version)} · {escape(card.settings.objective.value)} · {escape(card.feature_set.value)} · "
        f"{summary['since']} – {summary['until']} · {summary['races']:,} races</p>"
        f'<div class="verdict"><p lang="ja">{escape(japanese)}</p><p lang="en">{escape(english)}</p></div>'
    )
    sections = [
        ("figures", _figures(evaluation["figures"])),
        ("reliability", _reliability(evaluation)),
        ("months", _months(evaluation["months"])),
        ("slices", "".join(_slice(name, rows) for name, rows in evaluation["slices"].items())),
        ("strategies", _strategies(evaluation["strategies"])),
        ("profit", _profit(evaluation["profit"])),
        ("drift", _drift(evaluation["drift"])),
        ("importances", _importances(card)),
        ("card", _card(card)),
    ]
    body = "".join(f"<h2>{_both(HEADINGS[name])}</h2>{content}" for name, content in sections)
    title = _both(HEADINGS["title"])
    return (
        f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1>{head}{body}</html>\n"
    )


def markdown_card(card: Card, evaluation: Content) -> str:
    """Return the model card in Markdown."""
    japanese, english = verdict(evaluation["summary"])
    rows = [*_facts(card), ("calibration error", f"{evaluation['summary']['calibration_error']:.4f}")]
    parameters = ", ".join(f"{name} {value}" for name, value in card.parameters.items())
    important = "\n".join(
        f"- {_english(name)} ({share:.1%})" for name, share in list(card.importances.items())[:LISTED]
    )
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    figures = "\n".join(
        f"| {english_name} | " + " | ".join(f"{evaluation['figures'][name][key]:.4f}" for name in FORECASTS) + " |"
        for key, (_, english_name) in FIGURES.items()
    )
    return (
        f"# Model {card.version}\n\n{english}\n\n{japanese}\n\n| | |\n|---|---|\n{table}\n\n"
        f"## Figures\n\n| | model | market | uniform |\n|---|---|---|---|\n{figures}\n\n"
        f"## Use\n\nChances to win for people who follow races. Not for betting: see the verdict above. "
        "The model knows neither age, sex nor trainer. Races of which not all starters are held are neither trained on "
        f"nor evaluated.\n\n## Hyper-parameters\n\n{parameters}\n\n## Important features\n\n{important}\n"
    )


def _figures(figures: Content) -> str:
    heads = ["", *(_both(FORECASTS[name]) for name in FORECASTS)]
    rows = [[_both(text), *(f"{figures[name][key]:.4f}" for name in FORECASTS)] for key, text in FIGURES.items()]
    return _table(heads, rows)


def _reliability(evaluation: Content) -> str:
    series = {
        _both(FORECASTS["model"]): evaluation["reliability"],
        _both(FORECASTS["market"]): evaluation["market_reliability"],
    }
    error = f"ECE (top 3): {evaluation['top3_calibration_error']:.4f}"
    return f"{reliability_svg(series)}<p><small>{error}</small></p>"


def _months(rows: Sequence[Content]) -> str:
    labels = [row["value"] for row in rows]
    series = {_both(text): [row[name] for row in rows] for name, text in FORECASTS.items()}
    return lines_svg(series, labels) + _losses(rows)


def _slice(name: str, rows: Sequence[Content]) -> str:
    return f"<h3>{escape(name)}</h3>{_losses(rows)}"


def _losses(rows: Sequence[Content]) -> str:
    heads = ["", "レース / races", *(_both(text) for text in FORECASTS.values())]
    cells = [[row["value"], f"{row['races']:,}", *(f"{row[name]:.4f}" for name in FORECASTS)] for row in rows]
    return _table(heads, cells)


def _strategies(rows: Sequence[Content]) -> str:
    cells = []
    for row in rows:
        strategy = STRATEGIES[row["name"]]
        back = f"{row['return']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" if "return" in row else "–"
        cells.append([f"{strategy.japanese} / {strategy.english}", f"{row['bets']:,}", back])
    return _table(["", "点数 / bets", "回収率 / return [95 %]"], cells)


def _profit(curves: Mapping[str, Sequence[Content]]) -> str:
    names = {name: f"{STRATEGIES[name].japanese} / {STRATEGIES[name].english}" for name in curves}
    labels = [each["day"] for each in next(iter(curves.values()), [])]
    return lines_svg({names[name]: [each["profit"] for each in curve] for name, curve in curves.items()}, labels)


def _drift(drift: Content) -> str:
    chances = "–" if drift["chances"] is None else f"{drift['chances']:.3f}"
    note = (
        f"<p>{escape(drift['since'])} 以降とそれ以前 / since then against before. "
        f"予測 / chances: {chances}. &gt; {MOVED}: 変化 / moved, &gt; {FAR}: 大きな変化 / moved far.</p>"
    )
    rows = [[_described(each["feature"]), f"{each['psi']:.3f}"] for each in drift["features"][:LISTED]]
    return note + _table(["", "PSI"], rows)


def _importances(card: Card) -> str:
    rows = [[_described(name), f"{share:.1%}"] for name, share in list(card.importances.items())[:LISTED]]
    return _table(["", "利得の割合 / share of the gain"], rows)


def _card(card: Card) -> str:
    parameters = [(name, str(value)) for name, value in card.parameters.items()]
    return _table(["", ""], [list(row) for row in (*_facts(card), *parameters)])


def _facts(card: Card) -> Sequence[tuple[str, str]]:
    return (
        ("trained from", str(card.trained_from)),
        ("trained until", str(card.trained_until)),
        ("complete races", f"{card.races:,}"),
        ("runners", f"{card.runners:,}"),
        ("incomplete races, left out", f"{card.incomplete:,}"),
        ("months forecast out of sample", str(len(card.months))),
        ("temperature", str(card.temperature)),
        ("data digest", card.data_digest),
        ("library", card.library),
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{each}</th>" for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _both(texts: tuple[str, str]) -> str:
    return f"{texts[0]} / {texts[1]}"


def _english(name: str) -> str:
    return DESCRIPTIONS[name].english if name in DESCRIPTIONS else name


def _described(name: str) -> str:
    return f"{DESCRIPTIONS[name].japanese} / {DESCRIPTIONS[name].english}" if name in DESCRIPTIONS else name
