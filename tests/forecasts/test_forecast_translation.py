"""The features in the SQL of other engines: translated by SQLGlot, every window kept, and equal after a round trip."""

import pytest
import sqlglot
from sqlglot import exp

from forecasts import world
from graphql_api.forecasts.published import FeatureSet
from graphql_api.forecasts.rides import FEATURES_SQL
from graphql_api.forecasts.vocabulary import feature_names

RIDES = world.rides(weeks=20, races=3, runners=6)
DAY = RIDES["date"][-1]
NAMES = feature_names(FeatureSet.MARKET)


@pytest.mark.parametrize("dialect", ["athena", "trino", "spark"])
def test_a_translation_means_the_same(dialect: str) -> None:
    """Translated and read back, the text gives the same features to the bit, by windows over the same days."""
    translated = sqlglot.transpile(FEATURES_SQL, read="duckdb", write=dialect)[0]
    assert translated.count("RANGE BETWEEN") == FEATURES_SQL.count("RANGE BETWEEN")
    back = sqlglot.transpile(translated, read=dialect, write="duckdb")[0]
    own = world.features(world.table(RIDES), DAY, NAMES)
    assert world.features(world.table(RIDES), DAY, NAMES, back) == own


def test_no_number_is_a_decimal_and_no_row_is_counted() -> None:
    """Literals are integers or have an exponent, and windows are over days or runs, never over rows."""
    parsed = sqlglot.parse_one(FEATURES_SQL, read="duckdb")
    numbers = [each.this for each in parsed.find_all(exp.Literal) if not each.is_string]
    assert [number for number in numbers if "." in number and "e" not in number.lower()] == []
    assert {each.args["kind"] for each in parsed.find_all(exp.WindowSpec)} == {"RANGE"}
    assert not list(parsed.find_all(exp.Greatest, exp.Least))
