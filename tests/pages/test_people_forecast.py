"""The page of a race with a forecast: probabilities beside those of the market, never as advice."""

from pathlib import Path

import pytest

from forecasts.race import forecast, publish, write_race
from people import ENGLISH, JAPANESE, Found
from races.files import MAIN, served


@pytest.mark.parametrize(
    ("headers", "heading", "no_advice"), [(JAPANESE, "予測", "購入を勧める"), (ENGLISH, "Forecast", "not advice")]
)
def test_a_forecast_is_shown_beside_the_market(
    tmp_path: Path, headers: dict[str, str], heading: str, no_advice: str
) -> None:
    """The page has each runner's probability, what moved it, how the forecast did, and the verdict on the model."""
    publish(write_race(tmp_path), forecast())
    with served(tmp_path) as client:
        response = client.get(f"/race/{MAIN}", headers=headers)
    shown = Found(response.text).shown
    assert response.status_code == 200
    assert heading in shown
    assert no_advice in shown
    assert "25.0%" in shown  # by the odds
    assert "↑" in shown or "↓" in shown
