"""Files of riders that tell of the same races, in a folder with its index."""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from starlette.testclient import TestClient

from careers import RACE
from graphql_api.app import create_core, serve_core
from graphql_api.archive.refresh import Refresh
from graphql_api.installed import read_settings
from graphql_api.storage.folder import FolderStorage

Texts = Mapping[str, str]

MAIN = "202406040911"
"""The race of ``RACE``: the eleventh at Nakayama on 2024-09-29."""


def write(folder: Path, rows: Mapping[str, Sequence[Texts]]) -> None:
    """Write riders' files, each row ``RACE`` with changes; the newest comes first."""
    for jockey_id, races in rows.items():
        cells = [{**RACE, "jockey_id": jockey_id, "騎手": f"乗手{jockey_id[-1]}", **race} for race in races]
        pd.DataFrame(cells).to_pickle(folder / f"{jockey_id}.pickle")


def index(folder: Path) -> None:
    """Build or refresh the index."""
    Refresh(FolderStorage(folder)).run(4)


def mount(number: int, position: str, **changes: str) -> Texts:
    """Give a ride of the race in a field of three, whose horses are named by their numbers."""
    winner = "(ホース2)" if position == "1" else "ホース1"
    own = {"馬番": str(number), "枠番": str(number), "着順": position, "馬名": f"ホース{number}", "勝ち馬": winner}
    return {**own, "頭数": "3", **changes}


@contextmanager
def served(folder: Path, **environ: str):
    """Serve a folder, by settings as the environment has them."""
    settings = read_settings({f"JOCKEY_{name}": value for name, value in environ.items()}, data=str(folder))
    core = create_core(settings)
    with TestClient(serve_core(core, settings), raise_server_exceptions=False) as client:
        yield client
