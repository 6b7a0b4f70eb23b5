"""Charts and figures: well-formed whatever the data, and true to it."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from graphql_api.language import Language
from graphql_api.pages import figures
from graphql_api.pages.charts import Line, bar, line_chart, top_of

NUMBERS = st.one_of(st.none(), st.floats(0, 1e6))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=30)


@given(
    st.lists(st.tuples(TEXTS, st.lists(NUMBERS, min_size=1, max_size=12)), max_size=8),
    TEXTS,
    TEXTS,
)
def test_a_chart_is_well_formed_and_within_its_frame(lines: list, title: str, summary: str) -> None:
    """Any names and values give XML, all coordinates stay within the picture, and at most six lines are drawn."""
    places = max((len(values) for _, values in lines), default=1)
    labels = [str(place) for place in range(places)]
    drawn = [Line(name, [*values, *[None] * (places - len(values))]) for name, values in lines]
    chart = ET.fromstring(line_chart(drawn, labels, title, summary))
    assert chart.get("role") == "img"
    paths = [each for each in chart if each.get("class", "").startswith("line")]
    assert len(paths) <= 6
    for path in paths:
        numbers = (path.get("d") or "").replace("M", " ").replace("L", " ").split()
        assert all(0 <= float(number) <= 640 for number in numbers)


@given(NUMBERS, st.one_of(st.none(), st.tuples(st.floats(0, 1), st.floats(0, 1))), st.floats(0, 1))
def test_a_bar_is_well_formed(value: float | None, interval: tuple[float, float] | None, maximum: float) -> None:
    """Any value, with or without an interval and on any axis, gives XML that screen readers pass over."""
    bounds = interval and {"lower": min(interval), "upper": max(interval)}
    assert ET.fromstring(bar(value, bounds, maximum)).get("aria-hidden") == "true"


@given(st.lists(NUMBERS), st.floats(0, 1))
def test_an_axis_ends_above_all_values(values: list, least: float) -> None:
    """The maximum of an axis is not below any value, nor below the least that it has to reach."""
    top = top_of(values, least)
    assert top >= least
    assert all(value is None or value <= top for value in values)


def test_figures_are_written_as_people_read_them() -> None:
    """Times, amounts, weights and dates have the forms of Japanese racing, and null is a dash."""
    assert figures.race_time(83.8) == "1:23.8"
    assert figures.race_time(119.96) == "2:00.0"
    assert figures.race_time(57.8) == "57.8"
    assert figures.yen(20_000_000, Language.JA) == "2,000万円"
    assert figures.yen(500, Language.JA) == "500円"
    assert figures.yen(20_000_000, Language.EN) == "¥20,000,000"
    assert figures.weight(480, -4) == "480(-4)"
    assert figures.weight(480, 0) == "480(0)"
    assert figures.weight(480, None) == "480"
    assert figures.day("2025-06-29", Language.JA) == "2025年6月29日(日)"
    assert figures.day("2025-06-29", Language.EN) == "Sun 29 June 2025"
    assert figures.percent(0.155) == "15.5%"
    for nothing in (figures.race_time, figures.percent, figures.integer, figures.decimal, figures.clock):
        assert nothing(None) == figures.NONE
    assert figures.weight(None, 4) == figures.NONE
