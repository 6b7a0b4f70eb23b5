"""The generated careers: deterministic, complete in vocabulary, consistent with themselves, and written as scraped."""

import hashlib
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api import samples
from graphql_api.errors import BadUserInput
from graphql_api.jockeys.normalise import race_records
from graphql_api.pickles import loads
from graphql_api.samples.careers import CAREERS
from graphql_api.samples.files import file_name
from graphql_api.samples.pages import HEADERS

ALL = len(CAREERS)
LONG = {"00001", "a0001", "a0002", "00006", "00007", "a0004", "a0005", "z0001"}
UNPLACED = {"取", "除", "中", "失", "再", ""}


def compact(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame its headers without spaces, and every column as text with blanks for what is missing."""
    columns = {"".join(label.split()): [_cell(cell) for cell in frame[label]] for label in frame.columns}
    return pd.DataFrame(columns, dtype=object)


def _cell(cell: object) -> str:
    if cell != cell:
        return ""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    """Generate every rider of the table as the scraper leaves them, sized as ``write`` does for 500 rows."""
    return {each: samples.frame(each, CAREERS[each].rows(500), 1) for each in samples.jockey_ids(ALL)}


@pytest.fixture(scope="module")
def rides(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Put all rides of all riders into one frame of texts."""
    return pd.concat([compact(frame) for frame in frames.values()], ignore_index=True).fillna("")


@pytest.fixture(scope="module")
def runs(rides: pd.DataFrame) -> list[dict[str, str]]:
    """List the rides as mappings from header to text."""
    return rides.to_dict("records")


def numbered(rides: pd.DataFrame) -> pd.DataFrame:
    """Keep the rides with an official place, with market, place and field as numbers."""
    placed = rides[rides["着順"].str.match(r"\d")]
    return placed.assign(
        place=placed["着順"].str.extract(r"^(\d+)")[0].astype(int),
        rank=pd.to_numeric(placed["人気"]),
        odds=pd.to_numeric(placed["単勝"], errors="coerce"),
        field=pd.to_numeric(placed["頭数"]),
    )


def test_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    """Two calls with one seed write byte-identical files, another seed other ones."""
    first, again, other = (
        [path.read_bytes() for path in samples.write(tmp_path / name, ALL, 120, seed)]
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert first == again
    assert first != other


def test_another_process_writes_the_same_bytes() -> None:
    """Neither hash randomisation nor anything else of the process changes a file."""
    code = (
        "import hashlib, pickle, sys; from graphql_api import samples\n"
        "print(hashlib.sha256(pickle.dumps(samples.frame('00001', 60, 5))).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    here = hashlib.sha256(pickle.dumps(samples.frame("00001", 60, 5))).hexdigest()
    assert done.stdout.strip() == here


@settings(max_examples=30, deadline=None)
@given(
    jockey=st.from_regex(r"(?:[0-9]{4,5}|a[0-9a-f]{4}|z[0-9]{4})", fullmatch=True),
    rows=st.integers(0, 45),
    seed=st.sampled_from((1, -2)),
)
def test_any_netkeiba_id_has_a_career(jockey: str, rows: int, seed: int) -> None:
    """Every well-formed id gives exactly the rows asked for, numbered by pages of 20 and carrying the id as text."""
    frame = samples.frame(jockey, rows, seed)
    assert len(frame) == rows
    assert list(frame["page_number"]) == [1 + row // 20 for row in range(rows)]
    assert list(frame["jockey_id"]) == [jockey] * rows


def test_what_is_no_id_is_refused() -> None:
    """A malformed id raises, as everywhere else."""
    with pytest.raises(BadUserInput):
        samples.frame("../00001", 10, 1)


def test_ids_are_those_of_the_roster() -> None:
    """The riders of the table come first, then more of the usual kinds, each once."""
    ids = samples.jockey_ids(200)
    assert len(set(ids)) == 200
    assert ids[:ALL] == list(CAREERS)


def test_headers_are_netkeibas(frames: dict[str, pd.DataFrame]) -> None:
    """A frame has 28 columns headed as on the page, in some files without spaces; old pages lack two of them."""
    assert list(frames["00001"].columns) == [*HEADERS, "page_number", "jockey_id"]
    assert len(frames["00001"].columns) == 28
    assert list(frames["00005"].columns) == ["".join(header.split()) for header in HEADERS] + [
        "page_number",
        "jockey_id",
    ]
    assert {"騎手", "水分量"}.isdisjoint(frames["z0001"].columns)
    assert len(frames["z0001"].columns) == 26


def test_dtypes_are_inferred_by_frame(frames: dict[str, pd.DataFrame]) -> None:
    """The same column is integer, float, text or mixed, by what its own frame holds."""
    assert {str(frames[each]["着 順"].dtype) for each in ("00001", "00004", "00007")} == {"object", "int64", "str"}
    assert {str(frames[each]["R"].dtype) for each in ("a0001", "a0003")} == {"int64", "float64"}
    assert {str(frames[each]["単勝"].dtype) for each in ("a0001", "a0003")} == {"float64", "object"}
    assert {str(frame.iloc[:, 0].dtype) for frame in frames.values()} == {"object", "str", "datetime64[us]"}
    assert {type(cell) for cell in frames["a0004"]["着 順"]} == {int, str, float}
    assert frames["00001"]["映像"].isna().all()
    assert frames["00001"]["賞金 (万円)"].dtype == "float64"
    assert frames["00001"]["jockey_id"].dtype == object


def test_files_are_of_several_kinds(tmp_path: Path) -> None:
    """Among the files are a compressed one, one with dtype str, an empty one and a tiny one."""
    reported: list[Path] = []
    written = samples.write(tmp_path / "new" / "folder", ALL, 60, 1, reported.append)
    assert written == reported
    assert sorted(path.name for path in written) == sorted(path.name for path in (tmp_path / "new/folder").iterdir())
    by_name = {path.name: path for path in written}
    assert by_name["00006.pickle.gz"].read_bytes()[:2] == b"\x1f\x8b"
    assert {str(each) for each in pd.read_pickle(by_name["00007.pickle"]).dtypes} == {"str", "int64", "float64"}
    assert pd.read_pickle(by_name["00003.pickle"]).shape == (0, 28)
    assert pd.read_pickle(by_name["00004.pickle"]).shape == (3, 28)


def test_very_long_careers_are_compressed() -> None:
    """A career that would be too large for the storage as it is gets a compressed file."""
    assert file_name("00001", 20_000) == "00001.pickle"
    assert file_name("00001", 20_001) == "00001.pickle.gz"
    assert file_name("00006", 20) == "00006.pickle.gz"


def test_an_earlier_file_is_replaced(tmp_path: Path) -> None:
    """Writing again leaves one file a rider, whatever form the earlier one had, and touches no other file."""
    for name in ("00001.pickle.gz", "00001.pickle", "00001.txt"):
        (tmp_path / name).write_bytes(b"earlier")
    samples.write(tmp_path, 1, 10, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00001.pickle", "00001.txt"]
    assert loads((tmp_path / "00001.pickle").read_bytes()).rows == 10


def test_every_file_is_understood(tmp_path: Path) -> None:
    """The service reads each cell of each file; only the columns that old pages lack are warned of."""
    for path in samples.write(tmp_path, ALL + 4, 300, 1):
        jockey = path.name.partition(".")[0]
        warnings = race_records(loads(path.read_bytes()), jockey).warnings
        expected = {(None, "騎手"), (None, "水分量")} if jockey == "z0001" else set()
        assert {(each.row, each.column) for each in warnings} == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("天気", {"晴", "曇", "小雨", "雨", "小雪", "雪", ""}),
        ("馬場", {"良", "稍", "重", "不", ""}),
        ("着順", {"取", "除", "中", "失", "再", ""}),
        ("馬体重", {"計不", "前計不", "---"}),
        ("単勝", {"", "---"}),
        ("通過", {""}),
        ("騎手", {""}),
        ("勝ち馬", {"", "()"}),
        ("開催", {"帯広(ば)", "名古屋", "門別", "大井", "シャティ", "メイダン", "パリロン"}),
    ],
)
def test_every_term_occurs(rides: pd.DataFrame, header: str, expected: set[str]) -> None:
    """Each vocabulary of the domain is there to the last word."""
    assert expected <= set(rides[header])


@pytest.mark.parametrize(
    ("header", "pattern"),
    [
        ("着順", r"\d+\(降\)"),
        ("開催", r"[1-7](?:札幌|函館)\d+"),
        ("距離", r"芝\d+"),
        ("距離", r"ダ\d+"),
        ("距離", r"障\d+"),
        ("距離", r"ダ200"),
        ("斤量", r"\d\d\.5"),
        ("通過", r"\d+"),
        ("通過", r"\d+-\d+"),
        ("通過", r"\d+(?:-\d+){2}"),
        ("通過", r"\d+(?:-\d+){3}"),
        ("ペース", r"0\.0-\d\d\.\d"),
        ("タイム", r"0:5\d\.\d"),
        ("タイム", r"\d\.\d\d\.\d"),
        ("馬体重", r"\d{3}\([+-]\d+\)"),
        ("馬体重", r"\d{3}\(0\)"),
        ("馬体重", r"\d{3}"),
        ("日付", r"\d{4}-\d\d-\d\d"),
        ("日付", r"\d{4}/\d\d/\d\d"),
        *[
            ("レース名", rf".+\({grade}\)")
            for grade in ("GI", "GII", "GIII", "JGI", "JGII", "JGIII", "L", "OP", "重賞")
        ],
        *[("レース名", rf".+\(Jpn{grade}\)") for grade in ("I", "II", "III")],
        *[
            ("レース名", rf".*{name}\)?")
            for name in ("1勝クラス", "2勝クラス", "3勝クラス", "500万下", "1000万下", "1600万下")
        ],
        *[
            ("レース名", name)
            for name in (r".+\(G[123]\)", r".+\(G[ⅠⅡⅢ]\)", r".+\(OP\)\(2歳\)", r".+\(C2\)", r".+\(B1\)", r".+\(A\)")
        ],
        *[("レース名", name) for name in (r"2歳新馬", r"3歳未勝利", r"障害[34]歳以上未勝利", r"C3ー\d", r"B\d \d")],
    ],
)
def test_every_form_occurs(rides: pd.DataFrame, header: str, pattern: str) -> None:
    """Each form that a cell can take is there."""
    assert rides[header].str.fullmatch(pattern).any()


def test_names_are_within_netkeibas_lengths(runs: list[dict[str, str]]) -> None:
    """Riders have at most four letters, horses are katakana of at most nine."""
    for run in runs:
        assert len(run["騎手"]) <= 4
        assert re.fullmatch(r"[ァ-ー]{2,9}", run["馬名"])
        assert re.fullmatch(r"\(?[ァ-ー]{0,9}\)?", run["勝ち馬"])


@pytest.mark.parametrize("jockey", sorted(LONG))
def test_races_run_backwards(frames: dict[str, pd.DataFrame], jockey: str) -> None:
    """Rows go from the newest day to the oldest, and within a day from the last race to the first."""
    rides = compact(frames[jockey])
    keys = [(row["日付"], int(row["R"] or 0)) for row in rides.to_dict("records")]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) > 0.98 * len(keys)


def meetings(runs: list[dict[str, str]]) -> Iterator[tuple[str, int]]:
    """Give each run's meeting with its weekday, Monday being 0."""
    for run in runs:
        yield run["開催"], pd.Timestamp(run["日付"]).weekday()


def test_meetings_keep_to_the_calendar(runs: list[dict[str, str]]) -> None:
    """JRA races at weekends, round 7 and day 12 being the last; local meetings are on weekdays."""
    seen = set()
    for meeting, weekday in meetings(runs):
        if jra := re.fullmatch(r"(\d{1,2})\D+(\d{1,2})", meeting):
            assert weekday in (5, 6)
            assert 1 <= int(jra[1]) <= 7
            assert 1 <= int(jra[2]) <= 12
            seen.add("JRA")
        elif meeting in ("名古屋", "笠松", "大井", "川崎", "門別"):
            assert weekday < 5
            seen.add("NAR")
        elif meeting in ("シャティ", "メイダン", "パリロン", "キングア", "アスコッ"):
            assert len(meeting) == 4
            seen.add("overseas")
    assert seen == {"JRA", "NAR", "overseas"}


def test_fields_brackets_and_corners_fit_together(runs: list[dict[str, str]]) -> None:
    """No horse number, bracket, rank, place or corner position lies outside its field."""
    for run in runs:
        starters = int(run["頭数"])
        if not starters:
            continue
        assert 1 <= int(run["馬番"]) <= starters + 1
        assert run["枠番"] == "" or 1 <= int(run["枠番"]) <= min(8, int(run["馬番"]))
        assert all(1 <= int(place) <= starters for place in run["通過"].split("-") if place)
        assert run["人気"] == "" or 1 <= int(run["人気"]) <= starters
        assert not run["着順"].isdigit() or 1 <= int(run["着順"]) <= starters


def test_brackets_fill_from_the_outside(runs: list[dict[str, str]]) -> None:
    """Up to eight runners stand in brackets of their own, and the eighteenth of eighteen in the eighth."""
    small = [run for run in runs if run["枠番"] and 0 < int(run["頭数"]) < 8]
    assert small
    assert all(run["枠番"] == run["馬番"] for run in small)
    full = {(int(run["馬番"]), int(run["枠番"])) for run in runs if run["頭数"] == "18" and run["枠番"]}
    assert {(2, 1), (12, 6), (15, 7), (16, 8)} & full == {(2, 1), (12, 6), (15, 7), (16, 8)}


def test_wins_are_told_alike_by_every_column(runs: list[dict[str, str]]) -> None:
    """The winner has no positive margin and the runner-up in brackets; others name the winner."""
    for run in runs:
        won = run["着順"] == "1"
        assert run["勝ち馬"].startswith("(") == won
        if run["着差"]:
            assert (float(run["着差"]) <= 0 and won) or (float(run["着差"]) >= 0 and not won)


def test_dead_heats_share_the_prize(runs: list[dict[str, str]]) -> None:
    """Some winners are level with another horse, and take half of the first two prizes."""
    level = [run for run in runs if run["着順"] == "1" and run["着差"] == "0"]
    # 70 per cent of 5.5, 8 and 11.4 million yen, the prizes of JRA's lower classes.
    assert {"385", "560", "798"} & {run["賞金(万円)"].replace(",", "") for run in level}


def test_prizes_go_to_the_first_five(runs: list[dict[str, str]]) -> None:
    """Who is placed first to fifth has prize money, nobody else."""
    for run in runs:
        place = re.match(r"\d+", run["着順"])
        assert bool(run["賞金(万円)"]) == bool(place and int(place[0]) <= 5 and run["R"])  # overseas there is no R


def test_what_was_not_run_is_blank(runs: list[dict[str, str]]) -> None:
    """Scratched and excluded horses have neither odds nor rank, time or position; nor have abandoned races."""
    blank = [run for run in runs if run["着順"] in ("取", "除", "")]
    assert blank
    for run in blank:
        assert not any(run[header] for header in ("人気", "タイム", "着差", "通過", "上り"))
        assert run["単勝"] in ("", "---")
    for run in runs:
        assert (run["着順"] == "") == (run["頭数"] == "0")
        assert run["着順"] != "中" or not run["タイム"]


def test_overseas_rows_are_sparse(runs: list[dict[str, str]]) -> None:
    """Abroad there is no race number, bracket, time, margin, position, pace or prize, and mostly no odds."""
    abroad = [run for run in runs if run["開催"] in ("シャティ", "メイダン", "パリロン", "キングア", "アスコッ")]
    assert len(abroad) > 10
    for run in abroad:
        assert not any(
            run[header] for header in ("R", "枠番", "タイム", "着差", "通過", "ペース", "上り", "賞金(万円)")
        )
    assert sum(run["単勝"] in ("", "---") for run in abroad) > len(abroad) / 2


def test_banei_is_its_own_world(runs: list[dict[str, str]]) -> None:
    """Ban'ei alone has track moisture, and draws 530 to 775 kg over 200 m; elsewhere at most 65 kg are carried."""
    for run in runs:
        banei = run["開催"] == "帯広(ば)"
        assert bool(run["水分量"]) == banei
        if banei:
            assert 530 <= float(run["斤量"]) <= 775
            assert 1.5 <= float(run["水分量"]) <= 3.1
            assert run["距離"] == "ダ200"
        else:
            assert 48 <= float(run["斤量"]) <= 65


def test_jump_races_give_the_average_furlong(runs: list[dict[str, str]]) -> None:
    """Over jumps the last column of the times is about 13 seconds for 200 m, on the flat 30 to 45 for 600 m."""
    jumps = [float(run["上り"]) for run in runs if run["上り"] and run["距離"].startswith("障")]
    flat = [float(run["上り"]) for run in runs if run["上り"] and not run["距離"].startswith("障")]
    assert jumps
    assert all(12 < each < 16 for each in jumps)
    assert all(30 < each < 46 for each in flat)


def test_times_follow_distance(runs: list[dict[str, str]]) -> None:
    """Horses on the flat run 12 to 19 m a second, whatever the distance, surface and going."""
    checked = 0
    for run in runs:
        if (time := re.fullmatch(r"(\d):(\d\d\.\d)", run["タイム"])) and run["開催"] != "帯広(ば)":
            seconds = 60 * int(time[1]) + float(time[2])
            assert 12 < int(run["距離"][1:]) / seconds < 19, run
            checked += 1
    assert checked > 1000


def test_skill_shows_in_the_win_rates(frames: dict[str, pd.DataFrame]) -> None:
    """Riders win 5 to 20 per cent of their rides, the star more than the newcomer."""
    rates = {}
    for jockey in LONG:
        rides = compact(frames[jockey])
        rates[jockey] = (rides["着順"] == "1").sum() / (~rides["着順"].isin(["取", "除", ""])).sum()
    assert all(0.05 < rate < 0.21 for rate in rates.values()), rates
    assert rates["00001"] > rates["00007"]


def test_the_market_knows_the_finish(rides: pd.DataFrame) -> None:
    """Favourites win most, odds rise with the rank, and rank and place go together."""
    placed = numbered(rides)
    wins = (placed["place"] == 1).groupby(placed["rank"]).mean()
    assert wins[1] > wins[3] > wins[8]
    odds = placed.groupby("rank")["odds"].median()
    assert odds.loc[:10].is_monotonic_increasing
    assert 0.4 < placed["rank"].corr(placed["place"]) < 0.8


def test_horses_come_back_lighter_or_heavier(runs: list[dict[str, str]]) -> None:
    """A horse's weight is that of its older race plus the change that is written."""
    newer: dict[tuple[str, str], tuple[int, int]] = {}
    checked = 0
    for run in runs:
        key = (run["jockey_id"], run["馬名"])
        if weighed := re.fullmatch(r"(\d+)\(([+-]?\d+)\)", run["馬体重"]):
            weight, change = int(weighed[1]), int(weighed[2])
            if key in newer and abs(newer[key][0] - newer[key][1] - weight) == 0:
                checked += 1
            newer[key] = (weight, change)
    assert checked > 200
