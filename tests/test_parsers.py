"""The parsers of cell texts: every row of the vocabulary, round trips from the grammar, and garbage."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graphql_api.jockeys import parsers
from graphql_api.jockeys.columns import SOURCES
from graphql_api.jockeys.parsers import OutOfRangeError
from graphql_api.jockeys.vocabulary import (
    GOINGS,
    JRA_COURSES,
    NAR_COURSES,
    SURFACES,
    WEATHERS,
    FinishStatus,
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    Surface,
    Weather,
)

BY_NAME = {source.name: source for source in SOURCES}
TENTHS = st.integers(0, 9)
UNTIMED = settings(deadline=None)


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("DATE", "2024/09/29", (date(2024, 9, 29),)),
        ("DATE", "2024-09-29", (date(2024, 9, 29),)),
        ("DATE", "2024-09-29T12:30:00", (date(2024, 9, 29),)),
        ("DATE", "2024-09-29 00:00:00", (date(2024, 9, 29),)),
        ("DATE", "2024.9.29", (date(2024, 9, 29),)),
        ("DATE", "2024年9月29日", (date(2024, 9, 29),)),
        ("DATE", "2024年 9月29日(日) 15:40", (date(2024, 9, 29),)),
        ("DATE", "20240929", (date(2024, 9, 29),)),
        ("DATE", "2024/09/29(日)", (date(2024, 9, 29),)),
        ("DATE", "2024/09/29 （日）", (date(2024, 9, 29),)),
        ("DATE", "2024/9/29 日曜日", (date(2024, 9, 29),)),
        ("DATE", "2024-09-28T15:00:00+00:00", (date(2024, 9, 29),)),
        ("DATE", "2024-09-28 14:59:59.999Z", (date(2024, 9, 28),)),
        ("DATE", "2024-09-29 00:00:00+09:00", (date(2024, 9, 29),)),
        ("DATE", "2024-09-28 11:00:00-0400", (date(2024, 9, 29),)),
        ("DATE", "2024-09-28 11:29-03:30", (date(2024, 9, 28),)),
        ("DATE", "2024-12-31T23:30:00+05:30", (date(2025, 1, 1),)),
        ("MEETING", "4中山9", ("4中山9", "中山", 4, 9, Jurisdiction.JRA)),
        ("MEETING", "1函館12", ("1函館12", "函館", 1, 12, Jurisdiction.JRA)),
        ("MEETING", "4 中山 9", ("4 中山 9", "中山", 4, 9, Jurisdiction.JRA)),
        ("MEETING", "船橋", ("船橋", "船橋", None, None, Jurisdiction.NAR)),
        ("MEETING", "帯広(ば)", ("帯広(ば)", "帯広(ば)", None, None, Jurisdiction.NAR)),
        ("MEETING", "帯広（ば）", ("帯広（ば）", "帯広(ば)", None, None, Jurisdiction.NAR)),
        ("MEETING", "札幌", ("札幌", "札幌", None, None, Jurisdiction.NAR)),
        ("MEETING", "シャティ", ("シャティ", "シャティ", None, None, Jurisdiction.OVERSEAS)),
        ("MEETING", "パリロン", ("パリロン", "パリロン", None, None, Jurisdiction.OVERSEAS)),
        ("RACE_NUMBER", "11", (11,)),
        ("RACE_NUMBER", "11.0", (11,)),
        ("RACE_NUMBER", "１１", (11,)),
        ("FIELD_SIZE", "0", (0,)),
        ("BRACKET_NUMBER", "8", (8,)),
        ("HORSE_NUMBER", "20", (20,)),
        ("WIN_ODDS", "1.1", (1.1,)),
        ("WIN_ODDS", "999.9", (999.9,)),
        ("WIN_ODDS", "1,234.5", (1234.5,)),
        ("FAVOURITE_RANK", "1", (1,)),
        ("FINISH_POSITION", "3", (3,)),
        ("FINISH_POSITION", "3.0", (3,)),
        ("FINISH_POSITION", "4(降)", (4,)),
        ("FINISH_POSITION", "4（降）", (4,)),
        ("FINISH_POSITION", "中", (None,)),
        ("FINISH_POSITION", "取", (None,)),
        ("FINISH_POSITION", "除", (None,)),
        ("FINISH_POSITION", "失", (None,)),
        ("FINISH_POSITION", "再", (None,)),
        ("HORSE_NAME", "テストホース", ("テストホース",)),
        ("JOCKEY_NAME", "Ｔ．テス", ("Ｔ．テス",)),
        ("CARRIED_WEIGHT", "55.8", (55.8,)),
        ("CARRIED_WEIGHT", "775", (775.0,)),
        ("DISTANCE", "芝1351", (Surface.TURF, 1351)),
        ("DISTANCE", "ダ1800", (Surface.DIRT, 1800)),
        ("DISTANCE", "障4100", (Surface.JUMP, 4100)),
        ("DISTANCE", "ダ200", (Surface.DIRT, 200)),
        ("TRACK_MOISTURE", "1.5", (1.5,)),
        ("FINISH_TIME", "1:07.2", (67.2,)),
        ("FINISH_TIME", "0:59.8", (59.8,)),
        ("FINISH_TIME", "2.05.3", (125.3,)),
        ("FINISH_TIME", "59.8", (59.8,)),
        ("FINISH_TIME", "1:09:87", (69.87,)),
        ("MARGIN", "-0.1", (-0.1,)),
        ("MARGIN", "−0.1", (-0.1,)),
        ("MARGIN", "0.0", (0.0,)),
        ("MARGIN", "クビ", (None,)),
        ("MARGIN", "ハナ", (None,)),
        ("MARGIN", "アタマ", (None,)),
        ("MARGIN", "大差", (None,)),
        ("MARGIN", "同着", (None,)),
        ("MARGIN", "1.1/4", (None,)),
        ("MARGIN", "3/4", (None,)),
        ("MARGIN", "ｱﾀﾏ+1/2", (None,)),
        ("CORNER_POSITIONS", "6-6-4-2", ((6, 6, 4, 2),)),
        ("CORNER_POSITIONS", "3", ((3,),)),
        ("PACE", "33.0-34.5", (33.0, 34.5)),
        ("PACE", "107.1-39.0", (107.1, 39.0)),
        ("PACE", "0.0-39.7", (None, 39.7)),
        ("LAST_3F", "13.5", (13.5,)),
        ("BODY_WEIGHT", "466(+4)", (466, 4)),
        ("BODY_WEIGHT", "466(-12)", (466, -12)),
        ("BODY_WEIGHT", "1016(0)", (1016, 0)),
        ("BODY_WEIGHT", "466（＋4）", (466, 4)),
        ("BODY_WEIGHT", "466", (466, None)),
        ("BODY_WEIGHT", "466(前計不)", (466, None)),
        ("BODY_WEIGHT", "計不", (None, None)),
        ("BODY_WEIGHT", "前計不", (None, None)),
        ("WINNER_NAME", "テストホース", (None,)),
        ("WINNER_NAME", "(テストホース)", ("テストホース",)),
        ("WINNER_NAME", "()", (None,)),
        ("PRIZE_MONEY", "2,000.0", (20_000_000.0,)),
        ("PRIZE_MONEY", "286.6", (2_866_000.0,)),
        ("PAGE_NUMBER", "1", (1,)),
        ("JOCKEY_ID", "01059", ("01059",)),
    ],
)
def test_reads_each_form_of_the_vocabulary(name: str, text: str, values: tuple[object, ...]) -> None:
    """Every form that the source is known to use gives its values."""
    assert BY_NAME[name].parse(text) == values


@pytest.mark.parametrize(
    ("name", "member"),
    [
        *(("WEATHER", each) for each in WEATHERS.items()),
        *(("GOING", each) for each in GOINGS.items()),
        *(("DISTANCE", (f"{text}1600", surface)) for text, surface in SURFACES.items()),
    ],
)
def test_reads_each_word_of_an_enum(name: str, member: tuple[str, object]) -> None:
    """Each source text of an enum gives its member."""
    assert BY_NAME[name].parse(member[0])[0] is member[1]


def test_names_weather_and_going_in_full() -> None:
    """Weather and going are those of the source, both its short and its long forms."""
    assert list(WEATHERS) == ["晴", "曇", "小雨", "雨", "小雪", "雪"]
    assert {text: going.name for text, going in GOINGS.items()} == {
        "良": "RYO",
        "稍": "YAYA_OMO",
        "稍重": "YAYA_OMO",
        "重": "OMO",
        "不": "FURYO",
        "不良": "FURYO",
    }
    assert (Weather.LIGHT_SNOW.value, Going.YAYA_OMO.value) == ("小雪", "稍重")


@pytest.mark.parametrize(
    ("name", "grade", "race_class"),
    [
        ("架空記念(GI)", Grade.GI, RaceClass.OPEN),
        ("架空記念(GII)", Grade.GII, RaceClass.OPEN),
        ("架空記念(GIII)", Grade.GIII, RaceClass.OPEN),
        ("架空記念(G1)", Grade.GI, RaceClass.OPEN),
        ("架空記念(G3)", Grade.GIII, RaceClass.OPEN),
        ("架空記念(GⅠ)", Grade.GI, RaceClass.OPEN),
        ("架空記念(GⅡ)", Grade.GII, RaceClass.OPEN),
        ("架空記念（ＧⅢ）", Grade.GIII, RaceClass.OPEN),
        ("架空大障害(JGI)", Grade.JGI, RaceClass.OPEN),
        ("架空大障害(J.GII)", Grade.JGII, RaceClass.OPEN),
        ("架空大障害(J・G3)", Grade.JGIII, RaceClass.OPEN),
        ("架空大賞(JpnI)", Grade.JPNI, RaceClass.OPEN),
        ("架空大賞(JpnⅡ)", Grade.JPNII, RaceClass.OPEN),
        ("架空大賞(Jpn3)", Grade.JPNIII, RaceClass.OPEN),
        ("架空賞(重賞)", Grade.JUSHO, RaceClass.OPEN),
        ("架空S(L)", Grade.LISTED, RaceClass.OPEN),
        ("架空S(OP)", None, RaceClass.OPEN),
        ("架空S(OP)(2歳)", None, RaceClass.OPEN),
        ("架空記念(GIII)(2歳)", Grade.GIII, RaceClass.OPEN),
        ("障害4歳以上OP", None, RaceClass.OPEN),
        ("4歳以上オープン", None, RaceClass.OPEN),
        ("2歳新馬", None, RaceClass.NEWCOMER),
        ("障害3歳以上未勝利", None, RaceClass.MAIDEN),
        ("架空賞(未勝利)(3歳)", None, RaceClass.MAIDEN),
        ("3歳以上1勝クラス", None, RaceClass.ONE_WIN),
        ("架空特別(1勝クラス)", None, RaceClass.ONE_WIN),
        ("3歳以上500万下", None, RaceClass.ONE_WIN),
        ("架空C(2勝クラス)", None, RaceClass.TWO_WINS),
        ("架空特別(1000万下)", None, RaceClass.TWO_WINS),
        ("架空特別(900万下)", None, RaceClass.TWO_WINS),
        ("架空S(3勝クラス)", None, RaceClass.THREE_WINS),
        ("架空S(1600万下)", None, RaceClass.THREE_WINS),
        ("架空S(1500万下)", None, RaceClass.THREE_WINS),
        ("架空賞(A1)", None, RaceClass.NAR_A),
        ("架空特別(A)", None, RaceClass.NAR_A),
        ("架空賞(A2B1)", None, RaceClass.NAR_A),
        ("架空賞(B2以下)", None, RaceClass.NAR_B),
        ("架空賞(C2特別)", None, RaceClass.NAR_C),
        ("C3ー6", None, RaceClass.NAR_C),
        ("C2C3混合", None, RaceClass.NAR_C),
        ("3歳B 5", None, RaceClass.NAR_B),
        ("3歳A 3", None, RaceClass.NAR_A),
        ("B14", None, RaceClass.NAR_B),
        ("架空杯(3歳)", None, None),
        ("3歳ー1", None, None),
        ("架空カップC", None, None),
        ("ABC賞", None, None),
        ("STOP", None, None),
        ("架空杯(", None, None),
    ],
)
def test_finds_grade_and_class_in_the_name(name: str, grade: Grade | None, race_class: RaceClass | None) -> None:
    """Grade and class come from the last suffix that tells one, else from the name itself."""
    assert parsers.race_name(name) == (name, grade, race_class)


@pytest.mark.parametrize(
    ("text", "field_size", "status"),
    [
        ("1", 16, FinishStatus.FINISHED),
        ("1.0", None, FinishStatus.FINISHED),
        ("4(降)", 16, FinishStatus.DEMOTED),
        ("取", 16, FinishStatus.SCRATCHED),
        ("除", 16, FinishStatus.EXCLUDED),
        ("中", 16, FinishStatus.FAILED_TO_FINISH),
        ("失", 16, FinishStatus.DISQUALIFIED),
        ("再", 16, FinishStatus.REMOUNTED),
        (None, 0, FinishStatus.ABANDONED),
        (None, 16, FinishStatus.UNKNOWN),
        (None, None, FinishStatus.UNKNOWN),
        ("?", 0, FinishStatus.UNKNOWN),
        ("99", 16, FinishStatus.UNKNOWN),
    ],
)
def test_says_how_the_ride_ended(text: str | None, field_size: int | None, status: FinishStatus) -> None:
    """Digits, marks, and blank with no starters each have their status; anything else is UNKNOWN."""
    assert parsers.finish_status(text, field_size) is status


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATE", "12000-01-01"),
        ("DATE", "1899/12/31"),
        ("DATE", "-2000-01-01"),
        ("MEETING", "8中山1"),
        ("MEETING", "1中山13"),
        ("MEETING", "0中山1"),
        ("RACE_NUMBER", "99"),
        ("RACE_NUMBER", "0"),
        ("RACE_NUMBER", str(10**30)),
        ("RACE_NUMBER", "1e+30"),
        ("RACE_NUMBER", "inf"),
        ("HORSE_NUMBER", "-inf"),
        ("FIELD_SIZE", "-1"),
        ("BRACKET_NUMBER", "9"),
        ("WIN_ODDS", "-1"),
        ("WIN_ODDS", "0.0"),
        ("FINISH_POSITION", "0"),
        ("FINISH_POSITION", "41"),
        ("CARRIED_WEIGHT", "5"),
        ("DISTANCE", "芝10"),
        ("FINISH_TIME", "0:01.0"),
        ("FINISH_TIME", "1:75.0"),
        ("MARGIN", "1e9"),
        ("CORNER_POSITIONS", "0-0"),
        ("CORNER_POSITIONS", "1-99"),
        ("LAST_3F", "0.0"),
        ("BODY_WEIGHT", "9999"),
        ("BODY_WEIGHT", "466(+999)"),
        ("PRIZE_MONEY", "-5"),
        ("PAGE_NUMBER", str(2**31)),
    ],
)
def test_refuses_impossible_values(name: str, text: str) -> None:
    """A text of the right form whose value cannot be is out of range."""
    with pytest.raises(OutOfRangeError):
        BY_NAME[name].parse(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATE", "2024/02/30"),
        ("DATE", "2024/09-29"),
        ("DATE", "2024929"),
        ("DATE", "20240230"),
        ("DATE", "2024年9月"),
        ("DATE", "日付"),
        ("DATE", "昨日"),
        ("MEETING", "4大井9"),
        ("MEETING", "12345"),
        ("WEATHER", "晴れ"),
        ("RACE_NUMBER", "8.5"),
        ("RACE_NUMBER", "True"),
        ("RACE_NUMBER", "1_1"),
        ("RACE_NUMBER", "11R"),
        ("WIN_ODDS", "nan"),
        ("FINISH_POSITION", "3.5"),
        ("FINISH_POSITION", "取消"),
        ("DISTANCE", "1600"),
        ("DISTANCE", "ダート1600"),
        ("GOING", "Firm"),
        ("FINISH_TIME", "1:2"),
        ("FINISH_TIME", "--:--"),
        ("MARGIN", "クビ差"),
        ("MARGIN", ""),
        ("CORNER_POSITIONS", "1-2-3-4-5"),
        ("CORNER_POSITIONS", "1--2"),
        ("PACE", "33.0"),
        ("BODY_WEIGHT", "46(+4)"),
        ("BODY_WEIGHT", "466(+)"),
        ("PRIZE_MONEY", "万"),
    ],
)
def test_refuses_other_texts(name: str, text: str) -> None:
    """A text that is none of the column's forms is unparseable, and not out of range."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the type is the message
        BY_NAME[name].parse(text)
    assert not isinstance(caught.value, OutOfRangeError)


@UNTIMED
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from("/-"))
def test_reads_dates_back(day: date, separator: str) -> None:
    """A date written either way is read back."""
    assert parsers.day(f"{day.year}{separator}{day.month:02}{separator}{day.day:02}") == (day,)


@UNTIMED
@given(st.integers(1, 7), st.sampled_from(list(JRA_COURSES)), st.integers(1, 12))
def test_reads_jra_meetings_back(number: int, course: str, day: int) -> None:
    """Any JRA meeting is read back as its parts."""
    text = f"{number}{course}{day}"
    assert parsers.meeting(text) == (text, course, number, day, Jurisdiction.JRA)


@UNTIMED
@given(st.sampled_from(list(NAR_COURSES)))
def test_reads_nar_meetings_back(course: str) -> None:
    """The bare name of any NAR course is a NAR meeting there."""
    assert parsers.meeting(course) == (course, course, None, None, Jurisdiction.NAR)


@UNTIMED
@given(st.text(st.characters(categories=["Lo", "Lm"]), min_size=1, max_size=4))
def test_takes_other_names_for_overseas(name: str) -> None:
    """A name of letters that is no Japanese course is overseas."""
    assume(name not in NAR_COURSES and parsers.fold(name) not in NAR_COURSES)
    assume(not any(map(str.isdigit, parsers.fold(name))))
    assert parsers.meeting(name) == (name, name, None, None, Jurisdiction.OVERSEAS)


@UNTIMED
@given(st.integers(0, 29), st.integers(0, 59), TENTHS, st.sampled_from([":.", "..", "::"]))
def test_reads_times_back(minutes: int, seconds: int, tenths: int, marks: str) -> None:
    """A time in minutes is read as its exact seconds, whichever marks part it."""
    assume(minutes * 60 + seconds >= 5)
    text = f"{minutes}{marks[0]}{seconds:02}{marks[1]}{tenths}"
    assert parsers.clock(text) == (float(f"{minutes * 60 + seconds}.{tenths}"),)


@UNTIMED
@given(st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_reads_corners_back(positions: list[int]) -> None:
    """One to four positions are read back in order."""
    assert parsers.corners("-".join(map(str, positions))) == (tuple(positions),)


@UNTIMED
@given(st.integers(1, 999), st.integers(1, 600), TENTHS)
def test_reads_pace_back(first: int, last: int, tenths: int) -> None:
    """Both halves of the pace are read as seconds."""
    assert parsers.pace(f"{first}.{tenths}-{last}.{tenths}") == (float(f"{first}.{tenths}"), float(f"{last}.{tenths}"))


@UNTIMED
@given(st.integers(100, 2000), st.integers(-500, 500))
def test_reads_body_weights_back(weight: int, change: int) -> None:
    """Weight and change are read back."""
    assert parsers.body_weight(f"{weight}({change:+})") == (weight, change)


@UNTIMED
@given(st.integers(0, 9_999_999), TENTHS)
def test_reads_prizes_as_whole_yen(tens_of_thousands: int, tenths: int) -> None:
    """Prize money with thousands marks is read as exact yen."""
    assert parsers.yen(f"{tens_of_thousands:,}.{tenths}") == (tens_of_thousands * 10_000 + tenths * 1000,)


@UNTIMED
@given(
    st.sampled_from(SOURCES),
    st.text(min_size=1) | st.from_regex(r"[0-9０-９芝ダ障中山(+)./:e,−-]{1,12}", fullmatch=True),
)
def test_any_text_is_a_value_or_a_value_error(source: object, text: str) -> None:
    """Whatever the text, a parser gives one value per field or raises ValueError."""
    try:
        values = source.parse(text)
    except ValueError:
        return
    assert len(values) == len(source.fields)


def test_long_hostile_names_are_read_at_once() -> None:
    """A name of a million brackets is kept, and does not take quadratic time."""
    text = "()" * 500_000 + "x"
    assert parsers.race_name(text) == (text, None, None)
