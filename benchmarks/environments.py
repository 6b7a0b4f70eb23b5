"""Builds the peers' environments from the package registries, once, into ``benchmarks/.peers``."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
CACHE = HERE / ".peers"
NODE_MAJOR = 20

SERVER = ("httptools==0.9.0", "uvicorn==0.54.0", "uvloop==0.23.0")
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "ariadne": ("ariadne==1.1.1", *SERVER),
    "graphene": ("graphene==3.4.3", "starlette-graphene3==0.6.0", *SERVER),
    "fastapi": ("fastapi==0.165.0", "pandas==3.1.1", *SERVER),
    # Later sqlglots write no name into ibis's DROP TABLE, so that each request would leave a table behind.
    "graphique": ("graphique==2.1", "duckdb==1.5.6", "sqlglot==30.0.3", *SERVER),
    "datasette": ("datasette==0.65.5", "datasette-graphql==2.2", *SERVER),
    "polars": ("polars==2.1.0",),
    "roapi": ("roapi==0.12.7",),
}
"""Python environments; Strawberry and the floors run in this project's own, with its very versions."""


class Unavailable(Exception):
    """A peer cannot be installed or started here; the message says why."""


def python(name: str) -> Path:
    """Give the interpreter of a Python environment, installing it first. Raises ``Unavailable``."""
    if name == "project":
        return Path(sys.executable)
    folder = CACHE / name

    def install() -> None:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *REQUIREMENTS[name])

    _once(folder, "\n".join((sys.version, *REQUIREMENTS[name])), install)
    return folder / "bin" / "python"


def node() -> Path:
    """Give the folder of the Node peers, their packages beside them. Raises ``Unavailable``."""
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        raise Unavailable("Node is not installed")
    version = _run(program, "--version").strip()
    if int(version.lstrip("v").split(".")[0]) < NODE_MAJOR:
        raise Unavailable(f"Node {version} is older than {NODE_MAJOR}")
    folder = CACHE / "node"

    def install() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "peers" / "package.json", folder)
        _run("npm", "install", "--silent", "--no-audit", "--no-fund", cwd=folder)

    _once(folder, version + (HERE / "peers" / "package.json").read_text(), install)
    for module in (HERE / "peers").glob("*.mjs"):
        shutil.copy(module, folder)
    return folder


def _once(folder: Path, stamp: str, install: Callable[[], None]) -> None:
    """Install unless the folder holds just this already."""
    mark = folder / "installed.txt"
    if not mark.exists() or mark.read_text() != stamp:
        install()
        mark.write_text(stamp)


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600, cwd=cwd)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", None) or str(error)
        raise Unavailable(f"cannot be installed: {' '.join(str(output).split()[-30:])}") from error
    return done.stdout
