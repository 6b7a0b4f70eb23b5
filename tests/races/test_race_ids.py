"""Ids of races: each form is read as itself, converted with date, round and day at hand, and never guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careers import known_careers
from graphql_api.errors import BadUserInput
from graphql_api.jockeys.racecourses import JRA_COURSES
from graphql_api.jockeys.vocabulary import Jurisdiction
from graphql_api.races.ids import RACECOURSES, RacePlace, bridge_place, netkeiba_id, race_ids


@st.composite
def places(draw: st.DrawFn) -> RacePlace:
    """Draw where a race stands."""
    day = date(1986, 1, 1) + timedelta(draw(st.integers(0, 20_000)))
    course, number = draw(st.sampled_from(sorted(RACECOURSES))), draw(st.integers(1, 12))
    if course in JRA_COURSES.values():
        return RacePlace(day, course, number, draw(st.integers(1, 7)), draw(st.integers(1, 12)))
    return RacePlace(day, course, number)


@given(places())
def test_every_id_is_read_again_as_itself(place: RacePlace) -> None:
    """What the conversion gives has its form, and the bridge's id names day, course and number."""
    ids = race_ids(place)
    assert ids.netkeiba is not None
    assert netkeiba_id(ids.netkeiba) == ids.netkeiba
    assert bridge_place(ids.bridge) == RacePlace(place.day, place.course, place.number)
    assert bridge_place(ids.bridge.replace("_", "")) == RacePlace(place.day, place.course, place.number)


def test_jra_ids_take_round_and_day() -> None:
    """Without them netkeiba's id is not known; JRA-VAN's own 16 digits bring them."""
    held = bridge_place("20240929_06_11")
    assert race_ids(held).netkeiba is None
    whole = bridge_place("2024092906040911")
    assert whole == RacePlace(date(2024, 9, 29), "06", 11, 4, 9)
    assert race_ids(whole).netkeiba == "202406040911"
    assert race_ids(whole).bridge == "20240929_06_11"


def test_nar_ids_follow_from_the_day() -> None:
    """Round and day are JRA's alone."""
    assert race_ids(bridge_place("20240929_43_01")).netkeiba == "202443092901"
    assert bridge_place("20240929_43_01").jurisdiction is Jurisdiction.NAR


def test_one_text_can_be_both_and_is_what_it_is_read_as() -> None:
    """202405050511 is a race of the fifth meeting for netkeiba, and one on the fifth of May for a bridge."""
    text = "202405050511"
    assert netkeiba_id(text) == text
    assert bridge_place(text) == RacePlace(date(2024, 5, 5), "05", 11)
    assert race_ids(bridge_place(text)).netkeiba is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20240604091",
        "2024060409111",
        "202499040911",
        "202406080911",
        "202406041311",
        "202406040900",
        "202406040913",
        "202443023001",
        "２０２４０６０４０９１１",
        "20240929_06_11",
        "202406040911\n",
    ],
)
def test_what_is_no_netkeiba_id_is_refused(text: str) -> None:
    """Unknown courses, rounds, days and numbers, dates that are none, and other forms."""
    with pytest.raises(BadUserInput, match="netkeiba race id"):
        netkeiba_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20240931_06_11",
        "20240929_99_11",
        "20240929_06_00",
        "20240929-06-11",
        "2024092906090911",
        "20240929_06_11_1",
    ],
)
def test_what_is_no_bridge_id_is_refused(text: str) -> None:
    """Dates that are none, unknown courses, numbers, rounds, and other forms."""
    with pytest.raises(BadUserInput, match="YYYYMMDD_course_RR"):
        bridge_place(text)


def test_the_form_of_an_id_cannot_be_told_from_its_digits() -> None:
    """Nearly every id of JRA reads as a bridge's, too: as another race on another day."""
    known = {identifier for _, records, _ in known_careers() for identifier in records.fields["race_id"] if identifier}
    jra = [identifier for identifier in known if identifier[4:6] in JRA_COURSES.values()]
    assert len(jra) > 300
    assert sum(map(_reads_as_a_bridges, jra)) > 0.9 * len(jra)


def _reads_as_a_bridges(identifier: str) -> bool:
    try:
        return bridge_place(identifier).jurisdiction in Jurisdiction
    except BadUserInput:
        return False


def test_the_ids_of_all_known_careers_convert_both_ways() -> None:
    """Every race id that records rebuild is given by the conversion, and passes the check."""
    codes = {name: code for code, name in RACECOURSES.items()}
    seen = 0
    for _, records, _ in known_careers():
        columns = ("race_id", "date", "racecourse", "race_number", "meeting_round", "meeting_day")
        for row in zip(*(records.fields[name] for name in columns), strict=True):
            identifier, day, course, number, *meeting = row
            if identifier is not None:
                assert race_ids(RacePlace(day, codes[course], number, *meeting)).netkeiba == netkeiba_id(identifier)
                seen += 1
    assert seen > 1_000
