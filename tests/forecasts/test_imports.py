"""The API reads what is published without the libraries that made it."""

import json
import subprocess
import sys
from pathlib import Path

from forecasts.race import forecast, publish, write_race
from races.files import MAIN

HEAVY = ("lightgbm", "scipy", "duckdb", "pyarrow", "mlflow", "pandas", "sklearn")
STEPS = (
    "boosting",
    "commands",
    "dataset",
    "evaluating",
    "jobs",
    "pipeline",
    "retraining",
    "rides",
    "tracking",
    "training",
    "walk_forward",
)


def imported(code: str, tmp_path: Path) -> set[str]:
    """Return the modules that a process has imported after some code."""
    script = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_reading_what_is_published_imports_no_heavy_library(tmp_path: Path) -> None:
    """Days and models are read with orjson alone."""
    found = imported("import graphql_api.forecasts.stored, graphql_api.forecasts.vocabulary", tmp_path)
    assert not {*HEAVY, "numpy"} & {name.partition(".")[0] for name in found}


def test_the_application_imports_no_step(tmp_path: Path) -> None:
    """Neither the start of the server nor its first GraphQL answer imports a step, or what a step imports."""
    code = (
        "from graphql_api.app import create_core, serve_core; from graphql_api.installed import read_settings\n"
        f"core = create_core(read_settings({{}}, data={str(tmp_path)!r})); serve_core(core, core.settings)\n"
        "import asyncio; asyncio.run(core.run('{ __typename }', None))"
    )
    found = imported(code, tmp_path)
    assert not set(HEAVY) & {name.partition(".")[0] for name in found}
    assert "graphql_api.forecasts.routes.endpoints" not in found
    assert not {f"graphql_api.forecasts.{name}" for name in STEPS} & found


def test_forecasts_are_shown_without_a_step(tmp_path: Path) -> None:
    """A forecast and the list of models are answered by what reads published objects alone, DuckDB aside."""
    publish(write_race(tmp_path), forecast())
    code = (
        "from graphql_api.app import create_core; from graphql_api.installed import read_settings\n"
        f"core = create_core(read_settings({{}}, data={str(tmp_path)!r}))\n"
        f"query = '{{ race(id: \"{MAIN}\") {{ forecast {{ entries {{ rank }} }} }} forecastModels {{ version }} }}'\n"
        "import asyncio; assert b'rank' in asyncio.run(core.run(query, None)); core.services.close()"
    )
    found = imported(code, tmp_path)
    assert not ({*HEAVY} - {"duckdb"}) & {name.partition(".")[0] for name in found}
    assert not {f"graphql_api.forecasts.{name}" for name in STEPS} & found
