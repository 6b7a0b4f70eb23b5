"""Synthetic rides: a calendar drawn once, fields dealt to jockeys, and a file of each jockey as the scraper writes it.

Races are the same race in every file. Ability is not modelled: the figures are of no interest, their number is.
A circuit is a calendar with jockeys and horses of its own, 57,600 rides a year. One is about the JRA; ten together,
which share days and racecourses but no race, are more than the JRA and all of NAR.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

COURSES = (
    np.array(["札幌", "函館", "福島", "新潟", "東京", "中山", "中京", "京都", "阪神", "小倉"]),
    np.array(["門別", "盛岡", "船橋", "名古屋", "高知"]),
    np.array(["帯広", "水沢", "大井", "笠松", "佐賀"]),
    np.array(["浦和", "川崎", "金沢", "園田", "姫路"]),
)
"""The racecourses of three circuits each, which race on days of their own there: the JRA's, then NAR's."""

CIRCUITS_A_COURSE = 3
DAYS, MEETINGS, RACES, RUNNERS = 100, 4, 12, 12
"""Days a year, racecourses on a day, races of each, and horses in each."""

RIDERS, HORSES_A_YEAR, CAREER_YEARS = 2_440, 5_000, 3
FIRST_YEAR = 2005
_NAMES = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
_RACE_NAMES = np.array(
    [
        "3歳未勝利",
        "3歳以上1勝クラス",
        "3歳以上2勝クラス",
        "3歳以上3勝クラス",
        "架空特別(2勝クラス)",
        "架空賞(OP)",
        "架空記念(GIII)",
        "架空杯(GI)",
    ]
)


def rides(years: int, circuit: int = 0) -> pd.DataFrame:
    """Draw the rides of so many years of a circuit, with the columns of the source and the number of the rider."""
    draw = np.random.default_rng(circuit + 1)
    group, offset = divmod(circuit, CIRCUITS_A_COURSE)
    races = years * DAYS * MEETINGS * RACES
    race = np.repeat(np.arange(races), RUNNERS)
    place = np.tile(np.arange(1, RUNNERS + 1), races)
    meeting, number = race // RACES, race % RACES + 1
    day, course = meeting // MEETINGS, (meeting * 7 + meeting // MEETINGS) % len(COURSES[group])
    year, of_year = day // DAYS, day % DAYS
    first_days = np.array([f"{FIRST_YEAR + each}-01-01" for each in range(years)], "datetime64[D]") + offset
    dates = first_days[year] + of_year * 3
    per_race = _of_races(draw, races)
    odds = np.round(np.exp(draw.normal(2.3, 1.1, len(race))).clip(1.1, 900), 1)
    rank, finish = _ranks(odds), _ranks(np.log(odds) + draw.gumbel(0, 1, len(race)))
    horse = (year * HORSES_A_YEAR - draw.integers(0, CAREER_YEARS, len(race)) * HORSES_A_YEAR).clip(0)
    horse = horse + draw.integers(0, HORSES_A_YEAR, len(race))
    dealt = draw.permuted(np.tile(np.arange(RIDERS // 8), (races, 1)), axis=1)[:, :RUNNERS].ravel()
    rider = (dealt * 8 + year % 8) % RIDERS
    seconds = np.round(per_race["distance"][race] / 16.5 + finish * 0.2, 1)
    text = finish.astype(str).astype(object)
    text[draw.random(len(race)) < 0.005] = "中"
    text[draw.random(len(race)) < 0.004] = "取"
    return pd.DataFrame(
        {
            "日付": dates.astype("datetime64[s]"),
            "開催": _meetings(of_year, COURSES[group][course]) if group == 0 else COURSES[group][course].astype(object),
            "天気": per_race["weather"][race],
            "R": number,
            "レース名": per_race["name"][race],
            "映像": np.nan,
            "頭数": RUNNERS,
            "枠番": (place + 1) // 2,
            "馬番": place,
            "単勝": odds,
            "人気": rank,
            "着順": text,
            "馬名": _horses(years, circuit)[horse],
            "騎手": np.array([f"騎手{each:04}"[-4:] for each in _riders(circuit)], object)[rider],
            "斤量": draw.choice([54.0, 55.0, 56.0, 57.0, 58.0], len(race)),
            "距離": per_race["surface"][race] + per_race["distance"][race].astype(str).astype(object),
            "水分量": np.nan,
            "馬場": per_race["going"][race],
            "タイム": _clocks(seconds),
            "着差": np.round((finish - 1) * 0.2, 1),
            "通過": draw.integers(1, 13, len(race)).astype(str).astype(object) + "-" + finish.astype(str),
            "ペース": "35.1-36.2",
            "上り": np.round(draw.normal(36, 1.2, len(race)), 1),
            "馬体重": draw.integers(400, 540, len(race)).astype(str).astype(object) + "(+2)",
            "勝ち馬": "架空ノ勝馬",
            "賞金(万円)": np.where(finish <= 5, np.array([0, 1500, 600, 380, 230, 150])[finish.clip(0, 5)], np.nan),
            "page_number": 1,
            "rider": rider + _riders(circuit).start,
        }
    )


def _riders(circuit: int) -> range:
    """Return the numbers of the riders of a circuit."""
    return range(circuit * RIDERS, (circuit + 1) * RIDERS)


def _meetings(of_year: np.ndarray, courses: np.ndarray) -> np.ndarray:
    """Write meetings as those of the JRA are: round, racecourse, day."""
    written: np.ndarray = (of_year // 20 + 1).astype(str).astype(object) + courses + (of_year % 12 + 1).astype(str)
    return written


def _ranks(numbers: np.ndarray) -> np.ndarray:
    """Rank the runners of each race, 1 being the least number."""
    ranks: np.ndarray = np.argsort(np.argsort(numbers.reshape(-1, RUNNERS), axis=1), axis=1).ravel() + 1
    return ranks


def _of_races(draw: np.random.Generator, races: int) -> dict[str, np.ndarray]:
    surface = np.array(["芝", "ダ", "障"], object)[draw.choice(3, races, p=[0.48, 0.48, 0.04])]
    return {
        "surface": surface,
        "distance": draw.choice([1000, 1200, 1400, 1600, 1800, 2000, 2400, 3000], races),
        "going": np.array(["良", "稍", "重", "不"], object)[draw.choice(4, races, p=[0.7, 0.15, 0.1, 0.05])],
        "weather": np.array(["晴", "曇", "小雨", "雨"], object)[draw.choice(4, races, p=[0.6, 0.3, 0.05, 0.05])],
        "name": _RACE_NAMES.astype(object)[draw.integers(0, len(_RACE_NAMES), races)],
    }


def _horses(years: int, circuit: int) -> np.ndarray:
    """Name the horses of a circuit: each number in digits of kana."""
    numbers = np.arange((years + 1) * HORSES_A_YEAR) + circuit * (years + 1) * HORSES_A_YEAR
    digits = [numbers // len(_NAMES) ** power % len(_NAMES) for power in range(4)]
    kana = np.array(list(_NAMES), object)
    named: np.ndarray = "カクウ" + kana[digits[0]] + kana[digits[1]] + kana[digits[2]] + kana[digits[3]]
    return named


def _clocks(seconds: np.ndarray) -> np.ndarray:
    values, codes = np.unique(seconds, return_inverse=True)
    texts = np.array([f"{int(each // 60)}:{each % 60:04.1f}" for each in values], object)
    return texts[codes]


def frames(drawn: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each rider's frame, the newest race first."""
    for rider, rows in drawn.groupby("rider"):
        frame = rows.drop(columns="rider").iloc[::-1].reset_index(drop=True)
        yield f"{int(str(rider)):05}", frame.assign(jockey_id=f"{int(str(rider)):05}")


def write(folder: Path, years: int, circuits: int = 1) -> int:
    """Write the files of all riders, one circuit after the other, and give the number of rides."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for circuit in range(circuits):
        drawn = rides(years, circuit)
        written += len(drawn)
        for jockey_id, frame in frames(drawn):
            frame.to_pickle(folder / f"{jockey_id}.pickle")
    return written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write synthetic files of jockeys.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--years", type=int, default=21)
    parser.add_argument("--circuits", type=int, default=1)
    options = parser.parse_args()
    print(f"{write(options.folder, options.years, options.circuits):,} rides")
