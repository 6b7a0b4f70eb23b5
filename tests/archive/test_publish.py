"""``graphql-api archive publish``: Iceberg tables of the archive's own files, in an SQL catalog and in Glue."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from archives import Archive, manifest_of, pickled, refreshed, write_files
from athenas import CREDENTIALS, say_published
from click.testing import CliRunner, Result
from moto.server import ThreadedMotoServer

from graphql_api.archive import published
from graphql_api.archive.commands.archive import archive
from graphql_api.archive.manifest import NAME
from graphql_api.archive.published import files_of
from graphql_api.archive.publishing import Publisher, open_catalog
from graphql_api.archive.questions import Statement
from graphql_api.config import Settings
from graphql_api.errors import Conflict
from graphql_api.storage.folder import FolderStorage
from graphql_api.storage.s3 import S3Storage

COLUMNS = "date, year, jockey_id, file_row, horse_name, surface_ordinal, win_odds, corner_positions, won, race_id"


class Shop:
    """A folder with an archive, and a catalog beside it."""

    def __init__(self, root: Path) -> None:
        """Index two jockeys."""
        self.folder, self.uri = root / "data", f"sqlite:///{root}/catalog.sqlite"
        write_files(self.folder, ["00001", "00002"], 60)
        self.storage = FolderStorage(self.folder)
        refreshed(self.storage)

    def run(self, *options: str) -> Result:
        """Run the command."""
        return CliRunner().invoke(archive, ["publish", "--data", str(self.folder), "--catalog", self.uri, *options])

    def told(self) -> dict[str, Any]:
        """Run the command, and give what it tells as JSON."""
        result = self.run("--json")
        assert result.exit_code == 0, result.output
        told: dict[str, Any] = json.loads(result.output)
        return told

    @property
    def catalog(self) -> Any:
        """Open the catalog anew."""
        return open_catalog(self.uri, f"{self.folder.as_uri()}/iceberg", "")

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Read a published table by pyiceberg."""
        names = tuple(columns.split(", "))
        read = self.catalog.load_table(("graphql_api", table)).scan(selected_fields=names).to_arrow()
        return sorted(zip(*(read[name].to_pylist() for name in names), strict=True), key=repr)

    def archived(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Read the archive's own table by DuckDB."""
        opened = Archive(self.storage)
        try:
            rows = opened.ask(Statement(f"SELECT {columns} FROM {table}", (), (table,)))
        finally:
            opened.close()
        return sorted(rows, key=repr)

    def change(self) -> None:
        """Index a jockey more, and other rides of one that was there; some years are written anew."""
        write_files(self.folder, ["00003"], 20)
        (self.folder / "00001.pickle").write_bytes(pickled("00001", 30, seed=2))
        refreshed(self.storage)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Make one."""
    return Shop(tmp_path)


def same_rows(shop: Shop) -> bool:
    """Say whether the tables hold what the archive holds."""
    return (
        shop.rows("rides", COLUMNS) == shop.archived("rides", COLUMNS)
        and shop.rows("jockeys", "id, names, rides") == shop.archived("jockeys", "id, names, rides")
        and shop.rows("horses", "name, jockeys, wins") == shop.archived("horses", "name, jockeys, wins")
    )


def test_the_tables_hold_the_rows_of_the_archive(shop: Shop) -> None:
    """From the very same files; the files of a newer version take the place of theirs, and no others leave."""
    first = shop.told()
    manifest = manifest_of(shop.storage)
    own = {name: {file.name.removeprefix("rides/") for file in files} for name, files in files_of(manifest).items()}
    assert {name: set(table["added"]) for name, table in first["tables"].items()} == own
    assert (first["database"], first["changed"], first["tables"]["rides"]["rows"]) == ("graphql_api", True, 120)
    assert first["version"] == shop.storage.read(NAME).etag
    assert same_rows(shop)
    shop.change()
    second = shop.told()
    then = {file.name.removeprefix("rides/") for file in files_of(manifest_of(shop.storage))["rides"]}
    assert set(second["tables"]["rides"]["added"]) == then - own["rides"]
    assert set(second["tables"]["rides"]["removed"]) == own["rides"] - then
    assert same_rows(shop)


def test_published_again_nothing_changes(shop: Shop) -> None:
    """Neither a snapshot nor a word of a change."""
    first, second = shop.told(), shop.told()
    assert second["changed"] is False
    snapshots = [{name: table["snapshot"] for name, table in told["tables"].items()} for told in (first, second)]
    assert snapshots[0] == snapshots[1]
    words = shop.run().output
    assert "graphql_api.rides: 120 rows, up to date." in words


def test_no_row_is_written_and_no_file_deleted(shop: Shop) -> None:
    """The tables' own folder has metadata only, and engines are told to delete no files."""
    shop.told()
    shop.change()
    shop.told()
    written = [path for path in (shop.folder / "iceberg").rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if path.suffix == ".parquet"]
    manifest = manifest_of(shop.storage)
    assert all((shop.folder / name).exists() for name in (*manifest.previous, *(file.name for file in manifest.files)))
    assert shop.catalog.load_table("graphql_api.rides").properties["gc.enabled"] == "false"


def test_published_files_are_kept(shop: Shop) -> None:
    """Runs of the index delete what is old, but not what servers may still ask for."""
    say_published(shop.storage)
    own = {file.name for file in manifest_of(shop.storage).files}
    versions = []
    for seed in (2, 3, 4, 5):
        for path in (shop.folder / "rides").iterdir():
            os.utime(path, (0, 0))
        (shop.folder / "00001.pickle").write_bytes(pickled("00001", 30, seed=seed))
        refreshed(shop.storage)
        versions.append({file.name for file in manifest_of(shop.storage).files})
    assert all((shop.folder / name).exists() for name in own)
    gone = versions[0] - own - versions[-2] - versions[-1]
    assert gone
    assert not any((shop.folder / name).exists() for name in gone)


class Killed(BaseException):
    """The end of a run in its middle."""


def test_a_run_that_ends_midway_leaves_whole_tables(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the commit of any table: each holds one version, and the next run goes on."""
    shop.told()
    before = shop.archived("rides", COLUMNS)
    shop.change()
    after = shop.archived("rides", COLUMNS)
    for commits in (0, 1, 2):
        catalog = shop.catalog
        commit, made = catalog.commit_table, []

        def dying(*arguments: Any, commits: int = commits, commit: Any = commit, made: list[int] = made) -> Any:
            if len(made) == commits:
                raise Killed
            made.append(1)
            return commit(*arguments)

        monkeypatch.setattr(catalog, "commit_table", dying)
        with pytest.raises(Killed):
            Publisher(shop.storage, shop.folder.as_uri(), catalog, "graphql_api").publish(is_served=False)
        assert shop.rows("rides", COLUMNS) == (before if commits == 0 else after)
    shop.told()
    assert same_rows(shop)


def test_without_an_archive_or_with_the_wrong_source(shop: Shop, tmp_path: Path) -> None:
    """The message says what to do."""
    (shop.folder / NAME).unlink()
    assert "graphql-api index" in str(shop.run().exception)
    nothing = CliRunner().invoke(archive, ["publish"], env={"JOCKEY_DATA": ""})
    assert nothing.exit_code == 2
    assert "--data s3://bucket/prefix" in nothing.output


def test_a_column_more_joins_the_tables(shop: Shop) -> None:
    """A table of an older release takes the columns of this one."""
    catalog = shop.catalog
    shop.told()
    with catalog.load_table("graphql_api.jockeys").update_schema() as changing:
        changing.delete_column("win_rate")
    shop.change()
    shop.told()
    assert shop.rows("jockeys", "id, win_rate") == shop.archived("jockeys", "id, win_rate")


def test_without_the_extra_its_name_is_told(shop: Shop) -> None:
    """The command itself needs nothing of it to be imported."""
    code = f"""
import sys
sys.modules["pyiceberg"] = None
sys.argv = ["graphql-api", "archive", "publish", "--data", {str(shop.folder)!r}]
from graphql_api.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "pip install -e '.[publish]'" in done.stderr


# Glue and S3.


class Cloud:
    """S3 and Glue on this machine, with jockeys in a bucket."""

    def __init__(self, address: str) -> None:
        """Make the bucket."""
        self.address = address
        self.storage = S3Storage(Settings(data="s3://races/jockeys"))
        made = {"LocationConstraint": "ap-northeast-1"}
        boto3.client("s3").create_bucket(Bucket="races", CreateBucketConfiguration=made)

    def index(self, jockey_id: str) -> None:
        """Put a jockey's file, and index."""
        boto3.client("s3").put_object(Bucket="races", Key=f"jockeys/{jockey_id}.pickle", Body=pickled(jockey_id, 20))
        refreshed(self.storage)

    def publisher(self, kind: type[Publisher] = Publisher) -> Publisher:
        """Publish from here."""
        from pyiceberg.catalog import load_catalog

        own = {"s3.endpoint": self.address, "s3.region": "ap-northeast-1"}
        catalog = load_catalog("graphql-api", type="glue", warehouse="s3://races/jockeys/iceberg", **own)
        return kind(self.storage, "s3://races/jockeys", catalog, "graphql_api")

    def receipt(self) -> published.Published:
        """Read what servers read."""
        stored = self.storage.read(published.NAME)
        assert stored
        return published.load(stored.data)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Serve them."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    try:
        yield Cloud(f"http://{host}:{port}")
    finally:
        requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)  # it keeps all in the process
        server.stop()


def test_glue_and_what_servers_read(cloud: Cloud) -> None:
    """The receipt names the snapshots that Glue has, follows each version, and keeps the files of those before."""
    receipts = []
    for jockey_id in ("00001", "00002"):
        cloud.index(jockey_id)
        outcome = cloud.publisher().publish(is_served=True)
        receipt = cloud.receipt()
        assert {table.name: table.snapshot for table in receipt.tables.values()} == {
            change.name: change.snapshot for change in outcome.tables
        }
        assert (receipt.version, receipt.manifest) == (outcome.version, manifest_of(cloud.storage))
        glue = boto3.client("glue").get_table(DatabaseName="graphql_api", Name="rides")["Table"]
        assert glue["Parameters"]["table_type"] == "ICEBERG"
        receipts.append(receipt)
    first, second = receipts
    assert set(second.previous) == {file.name for file in first.manifest.files}
    etag = cloud.storage.read(published.NAME)
    assert cloud.publisher().publish(is_served=True).changed is False
    assert cloud.storage.read(published.NAME) == etag
    cloud.index("00003")
    asked = {*(file.name for file in second.manifest.files), *second.previous}
    assert published.published_files(cloud.storage) == asked


def test_a_run_that_ends_before_servers_know_is_gone_on_with(cloud: Cloud) -> None:
    """Servers ask for what was published before until the next run."""
    cloud.index("00001")
    cloud.publisher().publish(is_served=True)
    before = cloud.receipt()

    class Dying(Publisher):
        """A run that ends when its tables are up to date."""

        def _serve(self, *_: Any) -> None:
            raise Killed

    cloud.index("00002")
    with pytest.raises(Killed):
        cloud.publisher(Dying).publish(is_served=True)
    assert cloud.receipt() == before
    assert cloud.publisher().publish(is_served=True).changed is False
    assert cloud.receipt().manifest == manifest_of(cloud.storage)


def test_another_run_that_came_first_is_told(cloud: Cloud) -> None:
    """What it published stays."""
    cloud.index("00001")
    own = cloud.publisher()

    class Overtaken(Publisher):
        """Another run ends while this one updates its tables."""

        def _update(self, *arguments: Any) -> Any:
            change = super()._update(*arguments)
            if change.name == "horses":
                own.publish(is_served=True)
            return change

    with pytest.raises(Conflict):
        cloud.publisher(Overtaken).publish(is_served=True)
    assert cloud.receipt().manifest == manifest_of(cloud.storage)


def test_the_command_publishes_in_glue(cloud: Cloud) -> None:
    """As it is run in CI."""
    cloud.index("00001")
    own = {"PYICEBERG_CATALOG__GRAPHQL_API__S3__ENDPOINT": cloud.address}
    command = [sys.executable, "-m", "graphql_api", "archive", "publish", "--data", "s3://races/jockeys", "--json"]
    environ = {**os.environ, **own, "JOCKEY_REGION": "ap-northeast-1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tables"]["rides"]["rows"] == 20
    assert cloud.receipt().manifest == manifest_of(cloud.storage)
