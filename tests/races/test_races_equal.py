"""Races out of the archive are those that the riders' own rows make, of generated careers and of real ones."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from archive.archives import Archive, archive_of
from careers import known_careers
from graphql_api.archive.editions import Edition
from graphql_api.races.assembly import assemble
from graphql_api.races.model import Race, RaceProvider, RaceSource
from graphql_api.races.records import day_statement, put_together, races_statement
from graphql_api.tables.table import Row
from races.rides import read_ride

if TYPE_CHECKING:
    from graphql_api.races.rides import Ride


def own_races() -> Mapping[str, Race]:
    """Put races together of the rows of all known careers, in the order of the archive's questions."""
    rides: dict[str, list[Ride]] = {}
    newest: dict[str, date] = {}
    for jockey_id, records, _ in known_careers():
        for index, identifier in enumerate(records.fields["race_id"]):
            if identifier is not None:
                rides.setdefault(identifier, []).append(read_ride(Row(records, index)))
        newest[jockey_id] = max(records.fields["date"], default=date.min)
    source = RaceSource(RaceProvider.RECORDS, None)
    return {
        race_id: assemble(
            sorted(each, key=lambda ride: (ride.horse_number is None, ride.horse_number or 0, ride.jockey_id)),
            newest.__getitem__,
            source,
        )
        for race_id, each in rides.items()
    }


def asked(archive: Archive) -> Edition:
    """Give the archive as an edition."""
    return Edition(archive.engine.manifest, archive.engine, "version", None)


def test_every_race_of_all_known_careers_is_the_same(tmp_path: Path) -> None:
    """By its id, and among those of its day; the careers have every vocabulary that there is."""
    expected = own_races()
    assert len(expected) > 1_000
    archive = archive_of(tmp_path, {jockey_id: records for jockey_id, records, _ in known_careers() if records.rows})
    found = put_together(asked(archive), archive.ask(races_statement(expected)))
    assert found.keys() == expected.keys()
    for race_id, race in expected.items():
        assert found[race_id] == race, race_id
    days = sorted({race.date for race in expected.values()})
    for day in (days[0], days[len(days) // 2], days[-1]):
        of_day = put_together(asked(archive), archive.ask(day_statement(day)))
        assert of_day == {race_id: race for race_id, race in expected.items() if race.date == day}
    archive.close()
