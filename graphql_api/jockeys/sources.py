"""The table of columns of a file: the fields of each, their types, and the parser."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from graphql_api.jockeys import parsers
from graphql_api.jockeys.vocabulary import (
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    Surface,
    Weather,
)
from graphql_api.tables.fields import Field
from graphql_api.tables.kinds import Id


@dataclass(frozen=True, slots=True)
class Source:
    """One column of the file.

    ``header`` is canonical: NFKC-folded and without whitespace. ``name`` is its English name (``FINISH_POSITION``) with
    which clients request the raw text. ``parse`` receives a stripped, non-blank text and returns one value a field.
    ``ValueError`` means that the text is invalid: the field is null, with a data warning.
    """

    header: str
    name: str
    parse: Callable[[str], tuple[Any, ...]]
    fields: tuple[Field, ...]


_runners = partial(parsers.integer, low=1, high=parsers.MAX_RUNNERS, units=("番人気", "人気", "番"))

SOURCES: tuple[Source, ...] = (
    Source("日付", "DATE", parsers.day, (Field("date", date, "Date of the race (日付).", nullable=False),)),
    Source(
        "開催",
        "MEETING",
        parsers.meeting,
        (
            Field(
                "meeting", str, "Meeting, as written in the file (開催): `4中山9`, `船橋`, `シャティ`.", nullable=False
            ),
            Field(
                "racecourse",
                str,
                "Racecourse in Japanese (開催), for example `中山`. The source cuts overseas names to four characters.",
            ),
            Field(
                "meeting_round",
                int,
                "Number of the meeting in the year at this racecourse (開催の回). Null if not JRA.",
            ),
            Field("meeting_day", int, "Number of the day in the meeting (開催の日目). Null if not JRA."),
            Field("jurisdiction", Jurisdiction, "Organiser of the meeting: JRA, NAR or overseas (開催)."),
        ),
    ),
    Source("天気", "WEATHER", parsers.weather, (Field("weather", Weather, "Weather (天気)."),)),
    Source(
        "R",
        "RACE_NUMBER",
        partial(parsers.integer, low=1, high=20, units=("R",)),
        (Field("race_number", int, "Number of the race on its day (R). Null overseas."),),
    ),
    Source(
        "レース名",
        "RACE_NAME",
        parsers.race_name,
        (
            Field("race_name", str, "Name of the race, suffixes included (レース名).", nullable=False),
            Field("grade", Grade, "Grade, from the suffix of the race name (レース名). Null for ungraded races."),
            Field(
                "race_class",
                RaceClass,
                "Class, from the race name (レース名). Null if the name does not include a class.",
            ),
        ),
    ),
    Source(
        "映像",
        "VIDEO",
        parsers.verbatim,
        (Field("video", str, "Video (映像). The source has only an icon, so the value is null."),),
    ),
    Source(
        "頭数",
        "FIELD_SIZE",
        partial(parsers.integer, low=0, high=parsers.MAX_RUNNERS, units=("頭",)),
        (
            Field(
                "field_size",
                int,
                "Number of starters (頭数), without scratched horses. 0 means that the race was abandoned.",
            ),
        ),
    ),
    Source(
        "枠番",
        "BRACKET_NUMBER",
        partial(parsers.integer, low=1, high=8, units=("枠",)),
        (Field("bracket_number", int, "Bracket, 1 to 8 (枠番). Null overseas."),),
    ),
    Source("馬番", "HORSE_NUMBER", _runners, (Field("horse_number", int, "Number of the horse (馬番)."),)),
    Source(
        "単勝",
        "WIN_ODDS",
        partial(parsers.decimal, low=1, high=9999.9, units=("倍",)),
        (
            Field(
                "win_odds",
                float,
                "Final win odds (単勝): the return on a stake of 1. Null for non-starters and for most overseas races.",
            ),
        ),
    ),
    Source(
        "人気",
        "FAVOURITE_RANK",
        _runners,
        (Field("favourite_rank", int, "Rank by win odds, 1 = favourite (人気). Null for non-starters."),),
    ),
    Source(
        "着順",
        "FINISH_POSITION",
        parsers.finish_position,
        (Field("finish_position", int, "Official finishing position (着順). Null if there is none."),),
    ),
    Source(
        "馬名", "HORSE_NAME", parsers.verbatim, (Field("horse_name", str, "Name of the horse (馬名).", nullable=False),)
    ),
    Source(
        "騎手",
        "JOCKEY_NAME",
        parsers.verbatim,
        (Field("jockey_name", str, "Name of the jockey (騎手). The source cuts it to four characters."),),
    ),
    Source(
        "斤量",
        "CARRIED_WEIGHT",
        partial(parsers.decimal, low=30, high=1200, units=("kg",)),
        (Field("carried_weight", float, "Weight carried in kg (斤量). In ban'ei: the weight of the sled."),),
    ),
    Source(
        "距離",
        "DISTANCE",
        parsers.course,
        (
            Field("surface", Surface, "Turf, dirt or jumps (距離)."),
            Field("distance", int, "Distance in metres (距離)."),
        ),
    ),
    Source(
        "水分量",
        "TRACK_MOISTURE",
        partial(parsers.decimal, low=0, high=100, units=("%",)),
        (Field("track_moisture", float, "Moisture of the track in % (水分量). Null if not ban'ei."),),
    ),
    Source("馬場", "GOING", parsers.going, (Field("going", Going, "Going (馬場)."),)),
    Source(
        "タイム",
        "FINISH_TIME",
        parsers.clock,
        (
            Field(
                "finish_time",
                float,
                "Finishing time in seconds (タイム). Null for non-finishers and for overseas races.",
            ),
        ),
    ),
    Source(
        "着差",
        "MARGIN",
        parsers.margin,
        (
            Field(
                "margin",
                float,
                "Seconds behind the winner (着差). For the winner: the lead over the second, as a negative number.",
            ),
        ),
    ),
    Source(
        "通過",
        "CORNER_POSITIONS",
        parsers.corners,
        (
            Field(
                "corner_positions",
                list[int],
                "Positions at the corners, in order. The last corner is before the straight (通過). Null for "
                "overseas races.",
            ),
        ),
    ),
    Source(
        "ペース",
        "PACE",
        parsers.pace,
        (
            Field(
                "pace_first3f",
                float,
                "Time of the first 600 m of the race in seconds (ペース). Null for most NAR races.",
            ),
            Field(
                "pace_last3f", float, "Time of the last 600 m of the race in seconds (ペース). Null for overseas races."
            ),
        ),
    ),
    Source(
        "上り",
        "LAST_3F",
        partial(parsers.decimal, low=5, high=600, units=("秒",)),
        (
            Field(
                "last3f",
                float,
                "The horse's time of the last 600 m in seconds (上り). In jump races: the average time of one furlong.",
            ),
        ),
    ),
    Source(
        "馬体重",
        "BODY_WEIGHT",
        parsers.body_weight,
        (
            Field("body_weight", int, "Weight of the horse in kg (馬体重). Null if not weighed (計不)."),
            Field(
                "body_weight_change",
                int,
                "Change of the horse's weight since its last race in kg (馬体重). Null if unknown.",
            ),
        ),
    ),
    Source(
        "勝ち馬",
        "WINNER_NAME",
        parsers.runner_up,
        (Field("runner_up_name", str, "Second horse, if this horse won; otherwise null (勝ち馬, in brackets)."),),
    ),
    Source(
        "賞金(万円)",
        "PRIZE_MONEY",
        parsers.yen,
        (
            Field(
                "prize_money",
                float,
                "Prize money in yen (賞金; the source has units of 10,000 yen). Null if no prize money was "
                "paid, and for overseas races.",
            ),
        ),
    ),
    Source(
        "page_number",
        "PAGE_NUMBER",
        partial(parsers.integer, low=0, high=1_000_000),
        (Field("page_number", int, "Page of the source from which the row was read (page_number)."),),
    ),
    Source(
        "jockey_id",
        "JOCKEY_ID",
        parsers.verbatim,
        (Field("jockey_id", Id, "netkeiba's id of the jockey (jockey_id).", nullable=False),),
    ),
)
