"""The page of a race on the day: the card, the newest odds, and how they moved."""

import re
from pathlib import Path

from odds.odds_day import Wall, race_day
from people import ENGLISH, JAPANESE, Found

RACE = "/race/202505030711"


def test_odds_are_shown_with_their_time_and_their_moves(tmp_path: Path) -> None:
    """After some updates the page has a table of all horses, and a line with a table for each of the favourites."""
    day = race_day(tmp_path, Wall(12, 0))
    with day.client() as client:
        before = client.get(RACE, headers=JAPANESE)
        for _ in range(3):
            day.update()
            day.wall.turn(minutes=5)
        after = client.get(RACE, headers=JAPANESE)
        english = client.get(RACE, headers=ENGLISH)
    assert before.status_code == after.status_code == 200
    assert "line s1" not in before.text
    assert after.headers["cache-control"] == "no-store"
    found = Found(after.text)
    assert "出馬表" in found.shown
    assert "発売中" in found.shown
    assert "12:10現在" in found.shown
    lines = re.findall(r'class="line s(\d)" d="([^"]+)"', after.text)
    assert [number for number, _ in lines] == [str(number) for number in range(1, len(lines) + 1)]
    assert 2 <= len(lines) <= 6
    assert all(path.count("L") == 2 for _, path in lines)
    assert after.text.count('<th scope="row">12:') == 3
    assert re.search(r"<desc[^>]*>1?\d .*から\d", after.text)
    assert "Odds" in Found(english.text).shown
    assert Found(english.text).lang == "en"


def test_a_day_that_only_the_provider_knows_links_to_its_neighbours(tmp_path: Path) -> None:
    """Race days to come have their races, and the days around them, without an archive."""
    day = race_day(tmp_path, Wall(12, 0))
    with day.client() as client:
        response = client.get("/day/2025-06-28", headers=ENGLISH)
    found = Found(response.text)
    assert response.status_code == 200
    assert "../day/2025-06-29" in found.links
    assert len([each for each in found.links if each.startswith("../race/")]) >= 12
