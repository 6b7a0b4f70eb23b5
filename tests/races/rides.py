"""Rides of one race for tests, each as another rider's file tells it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from graphql_api.jockeys.vocabulary import FinishStatus, Going, Jurisdiction, Surface, Weather
from graphql_api.races.assembly import assemble
from graphql_api.races.model import Race, RaceProvider, RaceSource
from graphql_api.races.rides import Ride

RIDE = Ride(
    race_id="202406040911",
    jockey_id="00001",
    date=date(2024, 9, 29),
    racecourse="中山",
    jurisdiction=Jurisdiction.JRA,
    race_number=11,
    race_name="架空ステークス(GI)",
    meeting_round=4,
    meeting_day=9,
    surface=Surface.TURF,
    distance=1200,
    going=Going.RYO,
    weather=Weather.FINE,
    field_size=16,
    finish_status=FinishStatus.FINISHED,
)
SOURCE = RaceSource(RaceProvider.RECORDS, datetime(2024, 10, 1, tzinfo=UTC))


def ride(number: int, position: int | None, winner: str | None = None, **changes: Any) -> Ride:
    """Give a ride: the horse is named by its number, the rider's id follows from it too."""
    own = {
        "horse_number": number,
        "horse_name": f"ホース{number}",
        "jockey_id": f"{number:05}",
        "finish_position": position,
        "winner_name": winner,
    }
    return RIDE._replace(**{**own, **changes})


def race(*rides: Ride, ages: Mapping[str, int] | None = None) -> Race:
    """Put a race together; ``ages`` says how new the files are, all alike without it."""
    return assemble(rides, lambda jockey_id: (ages or {}).get(jockey_id, 0), SOURCE)


def read_ride(row: Any) -> Ride:
    """Read a ride from anything whose attributes are the fields of race records."""
    return Ride(**{name: getattr(row, name) for name in Ride._fields})
