"""A ride of a jockey's file: the part of a race in one file."""

from datetime import date
from typing import NamedTuple

from graphql_api.jockeys.vocabulary import (
    FinishStatus,
    Going,
    Grade,
    Jurisdiction,
    RaceClass,
    RunningStyle,
    Surface,
    Weather,
)


class Ride(NamedTuple):
    """The fields of a race record from which races are made, with the same names."""

    race_id: str
    jockey_id: str
    date: date
    racecourse: str
    jurisdiction: Jurisdiction
    race_number: int
    race_name: str
    meeting_round: int | None = None
    meeting_day: int | None = None
    grade: Grade | None = None
    race_class: RaceClass | None = None
    surface: Surface | None = None
    distance: int | None = None
    going: Going | None = None
    weather: Weather | None = None
    track_moisture: float | None = None
    field_size: int | None = None
    pace_first3f: float | None = None
    pace_last3f: float | None = None
    horse_number: int | None = None
    bracket_number: int | None = None
    horse_name: str = ""
    jockey_name: str | None = None
    carried_weight: float | None = None
    body_weight: int | None = None
    body_weight_change: int | None = None
    win_odds: float | None = None
    favourite_rank: int | None = None
    finish_position: int | None = None
    finish_status: FinishStatus = FinishStatus.UNKNOWN
    finish_time: float | None = None
    margin: float | None = None
    corner_positions: tuple[int, ...] | None = None
    last3f: float | None = None
    running_style: RunningStyle | None = None
    prize_money: float | None = None
    winner_name: str | None = None
    runner_up_name: str | None = None
