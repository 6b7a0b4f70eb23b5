"""Texts are compared in a folded form; where a field's texts all are in that form, it is not read besides."""

from pathlib import Path

import orjson
import pytest
from archives import archive_of

from careers import JOCKEY, career
from graphql_api.archive.columns import COLUMNS
from graphql_api.archive.manifest import dump, load
from graphql_api.archive.questions import Grouping, Rides, page_statement
from graphql_api.tables.conditions import Comparison, Where


@pytest.mark.parametrize(("names", "is_plain"), [(("テスト", "デモ"), True), (("テスト", "ﾃﾞﾓ"), False)])
def test_both_ways_find_the_same(tmp_path: Path, names: tuple[str, str], is_plain: bool) -> None:
    """A horse is found by its name in either width, and horses are ordered by the folded form."""
    archive = archive_of(tmp_path, {JOCKEY: career(*({"馬名": name} for name in names))})
    try:
        manifest = archive.engine.manifest
        assert ("horse_name" in manifest.plain) == is_plain
        assert load(dump(manifest)).plain == manifest.plain
        for asked in ("デモ", "ﾃﾞﾓ"):
            wanted = Rides(Where("horse_name", (Comparison("eq", asked),)))
            assert archive.ask(page_statement(wanted, (), ("horse_name",), 9)) == [(names[1],)]
        groups = archive.ask(Grouping(Rides(), ("rides",), ("horse_name",), most=9).statement())
        assert [name for name, *_ in groups] == list(names)
        stored = [column.name for column in COLUMNS]
        assert [name for name, *_ in archive.rows("DESCRIBE SELECT * FROM rides")] == stored
    finally:
        archive.close()


def test_a_manifest_that_does_not_say(tmp_path: Path) -> None:
    """Earlier releases did not look, so that no text is known to be plain; what is no text field is left out."""
    archive = archive_of(tmp_path, {JOCKEY: career({})})
    content = orjson.loads(dump(archive.engine.manifest))
    archive.close()
    assert load(orjson.dumps({**content, "plain": ["horse_name", "date", "x; DROP TABLE rides"]})).plain == (
        "horse_name",
    )
    del content["plain"]
    assert load(orjson.dumps(content)).plain == ()
