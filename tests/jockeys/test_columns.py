"""The column table: complete, consistent, and documented."""

import inspect
from enum import Enum
from unicodedata import normalize

import pytest
from strawberry.schema.config import StrawberryConfig

from graphql_api.jockeys import vocabulary
from graphql_api.jockeys.columns import DERIVED, FIELDS
from graphql_api.jockeys.racecourses import JRA_COURSES, NAR_COURSES
from graphql_api.jockeys.sources import SOURCES, Source
from graphql_api.jockeys.texts import fold
from graphql_api.jockeys.vocabulary import DESCRIPTIONS, ENUMS, GRADES

# fmt: off
HEADERS = [
    "日付", "開催", "天気", "R", "レース名", "映像", "頭数", "枠番", "馬番", "単勝", "人気", "着順", "馬名", "騎手",
    "斤量", "距離", "水分量", "馬場", "タイム", "着差", "通過", "ペース", "上り", "馬体重", "勝ち馬", "賞金(万円)",
    "page_number", "jockey_id",
]
API_NAMES = [
    "date", "meeting", "racecourse", "meetingRound", "meetingDay", "jurisdiction", "weather", "raceNumber", "raceName",
    "grade", "raceClass", "video", "fieldSize", "bracketNumber", "horseNumber", "winOdds", "favouriteRank",
    "finishPosition", "finishStatus", "horseName", "jockeyName", "carriedWeight", "surface", "distance", "distanceBand",
    "trackMoisture", "going", "finishTime", "margin", "cornerPositions", "runningStyle", "paceFirst3f", "paceLast3f",
    "last3f", "bodyWeight", "bodyWeightChange", "winnerName", "runnerUpName", "won", "prizeMoney", "pageNumber",
    "jockeyId", "raceId",
]
# fmt: on


def test_has_the_files_columns_in_order() -> None:
    """The 28 columns stand in the order of the file, under headers without spaces."""
    assert [source.header for source in SOURCES] == HEADERS
    assert all(source.header == "".join(normalize("NFKC", source.header).split()) for source in SOURCES)


def test_names_every_field_as_the_api_shows_it() -> None:
    """Each field has its documented name, once, in the API's order."""
    convert = StrawberryConfig().name_converter.apply_naming_config
    assert [convert(field.name) for field in FIELDS] == API_NAMES


def test_only_what_no_row_lacks_is_non_null() -> None:
    """The fields that may not be null are the documented ones."""
    assert {field.name for field in FIELDS if not field.nullable} == {
        "date",
        "meeting",
        "race_name",
        "horse_name",
        "jockey_id",
        "finish_status",
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_describes_fields_with_their_japanese_column(source: Source) -> None:
    """Each field's description names the column that it comes from."""
    header = source.header.removesuffix("(万円)")
    for field in source.fields:
        assert header in fold(field.description)
        assert field.description.endswith(".")


def test_derived_fields_follow_their_inputs() -> None:
    """A derived field takes only fields of sources, texts of sources and earlier derived fields, one per argument."""
    known = {field.name for source in SOURCES for field in source.fields} | {source.name for source in SOURCES}
    for derived in DERIVED:
        assert known.issuperset(derived.inputs)
        assert len(inspect.signature(derived.compute).parameters) == len(derived.inputs)
        known.add(derived.field.name)


def test_enums_are_listed_and_described() -> None:
    """Every enum of a field is in ENUMS, and each of its members is described."""
    used = {field.type for field in FIELDS if isinstance(field.type, type) and issubclass(field.type, Enum)}
    declared = {
        each for each in vars(vocabulary).values() if isinstance(each, type) and each.__module__ == vocabulary.__name__
    }
    assert used == declared == set(ENUMS)
    assert set(DESCRIPTIONS) == {member for enum in ENUMS for member in enum}


def test_every_member_has_a_value_of_its_own() -> None:
    """No two members of an enum are one and the same by sharing a value."""
    assert all(len(enum.__members__) == len(list(enum)) for enum in ENUMS)


def test_every_grade_has_a_spelling() -> None:
    """Each grade can be read from a suffix."""
    assert set(GRADES.values()) == set(vocabulary.Grade)


def test_course_codes_are_the_documented_ones() -> None:
    """JRA has courses 01 to 10; each NAR code is given to one course, whatever its spellings."""
    assert list(JRA_COURSES.values()) == [f"{number:02}" for number in range(1, 11)]
    spellings = {name.removesuffix("(地)") for name in NAR_COURSES}
    assert len(spellings) == len(set(NAR_COURSES.values())) == 33
    assert {name: NAR_COURSES[name] for name in ("門別", "大井", "佐賀", "帯広(ば)", "帯広", "荒尾", "中京(地)")} == {
        "門別": "30",
        "大井": "44",
        "佐賀": "55",
        "帯広(ば)": "65",
        "帯広": "33",
        "荒尾": "56",
        "中京(地)": "61",
    }
