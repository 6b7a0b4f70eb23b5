"""Fixture of the stores to be tested: SQLite, moto whose calls come one at a time, dynalite; for ``pytest_plugins``."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dynamodb_tables import PATIENT, REGION, new_table, point_to
from graphql_api.store.dynamodb import DynamoDbStore
from graphql_api.store.protocol import ItemStore
from graphql_api.store.sqlite import SqliteStore

DYNALITE = Path(__file__).parents[1] / "dynalite" / "node_modules" / "dynalite"
LISTEN = "const s = require(process.argv[1])({createTableMs: 0}); s.listen(0, () => console.log(s.address().port))"

Clock = Callable[[], float]
Make = Callable[[Clock], ItemStore]


class OneAtATime:
    """moto has no lock of its own: of parallel calls of DynamoDB, some would be lost."""

    def __init__(self, app: Any) -> None:
        """Wrap moto's WSGI application."""
        self.app = app
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Pass on one call of DynamoDB after the other."""
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            return self.app(environ, start_response)
        with self.lock:
            return list(self.app(environ, start_response))


@pytest.fixture(scope="session")
def dynamodb_url() -> Iterator[str]:
    """Run moto."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    app = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def dynalite_url() -> Iterator[str]:
    """Run dynalite: strict, and exact where many write at once."""
    if not DYNALITE.exists() or shutil.which("node") is None:
        pytest.skip("dynalite is not installed: takes Node, and `make tests/dynalite/node_modules`")
    command = ["node", "-e", LISTEN, str(DYNALITE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


@pytest.fixture(params=["sqlite", "moto", "dynalite"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Give a function that opens the same empty store once more, by a clock."""
    if request.param == "sqlite":
        open_one: Make = lambda clock: SqliteStore(tmp_path / "store.sqlite3", clock)  # noqa: E731
    else:
        url = request.getfixturevalue("dynamodb_url" if request.param == "moto" else "dynalite_url")
        point_to(url, monkeypatch)
        table = new_table()
        open_one = lambda clock: DynamoDbStore(table, REGION, clock, PATIENT)  # noqa: E731
    opened: list[ItemStore] = []

    def make(clock: Clock = time.time) -> ItemStore:
        opened.append(open_one(clock))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
