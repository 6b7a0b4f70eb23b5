"""The start of a process: what is imported and made at once, and what when it is first asked for."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from starlette.testclient import TestClient

from fakes import FakeStorage
from graphql_api.app import create_core, serve_core
from graphql_api.config import Settings
from graphql_api.once import Once

HEAVY = "{'graphql', 'strawberry', 'boto3', 'rich', 'pandas'}"
ASK = {"query": '{ jockey(id: "00001") { id } }'}


def run(code: str, data: Path) -> list[str]:
    """Run code in a process of its own, where ``data`` is its folder; return the line of JSON that it prints last."""
    code = f"import json, sys; DATA = {str(data)!r}\n{code}"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    found: list[str] = json.loads(output.splitlines()[-1])
    return found


def test_rest_alone_does_not_import_graphql(sample_data: Path) -> None:
    """Neither the start, nor a health check, nor all routes over records import it; the first operation does."""
    code = (
        "from starlette.testclient import TestClient\n"
        "from graphql_api.app import create_app\n"
        "from graphql_api.config import Settings\n"
        "client = TestClient(create_app(Settings(data=DATA, log_level='ERROR')))\n"
        "paths = '/health', '/ready', '/api/jockey/00001?limit=2', '/api/jockey/00001.csv', '/openapi.json'\n"
        "assert [client.get(path).status_code for path in paths] == [200] * 5\n"
        f"before = sorted({HEAVY} & set(sys.modules))\n"
        "answer = client.post('/graphql', json={'query': '{ jockey(id: \"00001\") { id } }'}).json()\n"
        "assert answer == {'data': {'jockey': {'id': '00001'}}}\n"
        "print(json.dumps(before + sorted({'graphql'} & set(sys.modules))))"
    )
    assert run(code, sample_data) == ["graphql"]


def test_a_function_loads_graphql_at_its_start(sample_data: Path) -> None:
    """On Lambda the start has its own time, which no request waits for."""
    code = (
        "from graphql_api.functions.start import start\n"
        "from graphql_api.installed import read_settings\n"
        "start(read_settings({}, data=DATA))\n"
        "print(json.dumps(sorted({'graphql', 'strawberry'} & set(sys.modules))))"
    )
    assert run(code, sample_data) == ["graphql", "strawberry"]


USUAL = r"(\.(slice|settings|model|costs|schema(\.\w+)?|routes|routes\.(routes|operations|shapes)))?"
"""Modules of a slice that every start imports: its types, and its routes with their descriptions."""

LIGHT = {
    "access.http": ("switch",),
    "comments": (),
    "consultations": (),
    "forecasts": ("published", "race_forecast"),
    "job_status": (),
    "language_models": ("reasons",),
    "notifications": (),
    "odds": ("movers", "watches", r"watches\.(model|rules)"),
    "pages": ("http", r"http\.(routes|style|layer|policy)"),
    "slips": ("changes", "estimates", "lookup", "races", "settling", r"tickets(\.\w+)?", "warnings"),
}
"""What is imported of slices besides, and of what they share: enums, constants and rules that their types name."""


def test_a_function_imports_only_the_types_of_slices(sample_data: Path) -> None:
    """No service, parser, text or client of a slice is there before a request asks for it."""
    code = (
        "from graphql_api.functions.start import start\n"
        "from graphql_api.installed import read_settings\n"
        "start(read_settings({}, data=DATA))\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    allowed = "|".join(rf"{name}({USUAL}|\.({'|'.join(light)}))" for name, light in LIGHT.items())
    ours = re.compile(rf"graphql_api\.({'|'.join(LIGHT)})(\..+)?")
    found = [name for name in run(code, sample_data) if ours.fullmatch(name)]
    assert "graphql_api.odds.schema.types" in found
    assert [name for name in found if not re.fullmatch(rf"graphql_api\.({allowed})", name)] == []


def test_first_operations_at_once_share_one_executor() -> None:
    """What is asked for by several threads is made once, and all of them are answered."""
    settings = Settings(log_level="CRITICAL")
    core = create_core(settings, FakeStorage({}))
    client = TestClient(serve_core(core, settings))
    assert core.executor.made is None
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post("/graphql", json=ASK).json(), range(4)))
    assert answers == [{"data": {"jockey": None}}] * 4
    assert core.executor.made is core.executor()


def test_a_named_operation_may_be_the_first() -> None:
    """A route of trusted operations makes them, too; that there is none of a name is told as ever."""
    client = TestClient(serve_core(create_core(Settings(log_level="CRITICAL"), FakeStorage({})), Settings()))
    assert client.get("/q/nothing").status_code == 404


def test_once_makes_one_value_for_all_threads() -> None:
    """Threads that ask at the same time wait for the one that makes it; a failure is not kept."""
    barrier, made = Barrier(3), list[int]()

    def make() -> int:
        made.append(len(made))
        if len(made) == 1:
            raise ValueError
        return len(made)

    once = Once(make)

    def ask(_: int) -> int:
        barrier.wait()
        try:
            return once()
        except ValueError:
            return 0

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(ask, range(3))) == [0, 2, 2]
    assert len(made) == 2
