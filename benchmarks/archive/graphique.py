"""The questions as graphique's GraphQL can state them; it answers columns, and rates are left to its clients."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.archive.questions import DAY, FIELDS, HORSE

_ALL = f"columns {{ {' '.join(f'{name} {{ values }}' for name in FIELDS)} }}"
_RODE = 'finish_status: { ne: ["SCRATCHED", "EXCLUDED", "ABANDONED", "UNKNOWN"] }'
_WINS = '{ name: "finish_position", alias: "wins", where: { eq: [{ name: "finish_position" }, { value: 1 }] } }'

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A question, and how to make a row of what it answers."""

    text: str
    row: Callable[[Row], Row] = tuple

    def rows(self, answer: Any) -> list[Row]:
        """Return the rows: a number, or columns, at the end of the path."""
        found = answer["data"]["rides"]
        while isinstance(found, dict) and not _is_table(found):
            (found,) = found.values()
        if not isinstance(found, dict):
            return [(found,)]
        return [self.row(cells) for cells in zip(*(each["values"] for each in found.values()), strict=True)]


def _newest(limit: int) -> str:
    by = '"-date", "-race_number", "tie", "racecourse", "horse_number"'
    return f"order(by: [{by}], limit: {limit}) {{ {_ALL} }}"


def _is_table(found: dict[str, Any]) -> bool:
    return all(isinstance(each, dict) and "values" in each for each in found.values())


def _column(name: str, kind: str) -> str:
    return f'{name}: column(name: "{name}") {{ ... on {kind}Column {{ values }} }}'


def _groups(where: str, by: list[str], aggregate: str, order: list[str], limit: int, **columns: str) -> str:
    names = [str(each).replace("'", '"') for each in (by, order)]
    told = " ".join(_column(name, kind) for name, kind in columns.items())
    group = f'group(by: {names[0]}, counts: "rides", aggregate: {{ {aggregate} }})'
    return f"{{ rides {{ filter({where}) {{ {group} {{ order(by: {names[1]}, limit: {limit}) {{ {told} }} }} }} }} }}"


def _rate(row: Row) -> Row:
    *keys, rides, wins = row
    return (*keys, rides, wins / rides)


def _rates(by: list[str], **keys: str) -> str:
    return _groups(_RODE, by, f"count: [{_WINS}]", by, 1000, **keys, rides="BigInt", wins="BigInt")


DOCUMENTS = {
    "rides of a horse": Document(f'{{ rides {{ filter(horse_name: {{ eq: "{HORSE}" }}) {{ {_newest(100)} }} }} }}'),
    "a day's card": Document(f'{{ rides {{ filter(date: {{ eq: "{DAY}" }}) {{ {_newest(1000)} }} }} }}'),
    "the newest 100": Document(f"{{ rides {{ {_newest(100)} }} }}"),
    "leaders of a year at Tokyo on turf": Document(
        _groups(
            f'year: {{ eq: 2024 }}, racecourse: {{ eq: "東京" }}, surface: {{ eq: "TURF" }}, {_RODE}',
            ["jockey_id"],
            f"count: [{_WINS}]",
            ["-wins", "jockey_id"],
            20,
            wins="BigInt",
            jockey_id="String",
        )
    ),
    "favourite and odds band": Document(_rates(["favourite_rank", "odds_band_ordinal"]), _rate),
    "horses by prize money": Document(
        _groups(
            _RODE,
            ["horse_name"],
            'sum: [{ name: "prize_money", alias: "prize" }]',
            ["-prize", "horse_name"],
            20,
            horse_name="String",
            rides="BigInt",
            prize="Float",
        )
    ),
    "win rate by year and month": Document(_rates(["year", "month"], year="Int", month="Int"), _rate),
    "how many rides a filter takes": Document(
        '{ rides { filter(surface: { eq: "TURF" }, going: { ne: "RYO" }) { count } } }'
    ),
}
"""By the question's name."""
