"""Turns a folder of installed dependencies into the function's: adds the service, trims, compiles, tells the sizes.

Needs nothing but Python, as it also runs within the image's build: ``python deploy/assemble.py [--image] FOLDER``.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMIT = 250_000_000  # bytes unpacked: Lambda takes no more of a zip, and 10 GB of an image
SERVICES = {
    "s3",
    "secretsmanager",
    "sqs",
    "ssm",
    "sts",
}  # of AWS's 400: those that are called whatever slices there are
# Nothing at run time reads these. (botocore/docs, in spite of its name, is imported with the clients.)
UNUSED = [
    "bin",
    ".lock",
    "**/__pycache__",
    "**/*.pyi",
    "**/*.a",
    "**/*.h",
    "**/tests",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json",
    "*.dist-info/uv_cache.json",
    "boto3/examples",
    "zstandard/_cffi*",  # the backend for PyPy
]

UNUSED_WITHOUT_SCIPY = ["numpy/f2py"]


def assemble(folder: Path, python: str | None, *, is_image: bool = False) -> dict[str, int]:
    """Make ``folder`` ready to run; ``python``, of the version that will run it, compiles. Gives bytes by part.

    What goes into an image may be larger than a zip may.
    """
    add_service(folder)
    trim(folder)
    if python:
        compile_all(folder, python)
    parts = sizes(folder)
    if sum(parts.values()) > LIMIT and not is_image:
        raise SystemExit(f"{sum(parts.values()):,} bytes are more than Lambda's {LIMIT:,}.")
    return parts


def add_service(folder: Path) -> None:
    """Copy the service and its trusted documents; write what ``importlib.metadata`` asks for: its name and version."""
    shutil.copytree(ROOT / "graphql_api", folder / "graphql_api", dirs_exist_ok=True)
    shutil.copytree(ROOT / "docs" / "operations", folder / "operations", dirs_exist_ok=True)
    for part in ("handler.py", "jobs_handler.py", "stream_handler.py", "deploy/stream.sh"):
        shutil.copy(ROOT / part, folder)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(exist_ok=True)
    text = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(text, "utf-8")


def trim(folder: Path) -> None:
    """Take away what is not needed at run time."""
    unused = UNUSED if (folder / "scipy").exists() else UNUSED + UNUSED_WITHOUT_SCIPY
    for pattern in unused:
        for path in list(folder.glob(pattern)):
            _remove(path)
    called = services()
    for package in ("botocore", "boto3"):
        for service in (folder / package / "data").glob("*/"):
            if service.name not in called:
                _remove(service)


def services() -> set[str]:
    """Return the services of AWS that the service and its slices call."""
    rows = json.loads((ROOT / "deploy" / "slices.json").read_text("utf-8")).values()
    return SERVICES.union(*(called for row in rows for called in row["functions"].values()))


def compile_all(folder: Path, python: str) -> None:
    """Write bytecode that is not checked against its source: it loads fastest, and the source never changes."""
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    environ = {**os.environ, "PYTHONHASHSEED": "0"}  # else the constants that are sets come in another order each time
    subprocess.run([python, "-m", "compileall", *options, str(folder)], check=True, env=environ)  # noqa: S603


def sizes(folder: Path) -> dict[str, int]:
    """Count bytes by part, the largest first; the libraries that numpy brings are numpy's."""
    parts: dict[str, int] = {}
    for path in files(folder):
        part = path.relative_to(folder).parts[0].split(".")[0].partition("-")[0]
        parts[part] = parts.get(part, 0) + path.stat().st_size
    return dict(sorted(parts.items(), key=lambda item: -item[1]))


def files(folder: Path) -> Iterator[Path]:
    """Give every file in a fixed order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def report(parts: dict[str, int]) -> str:
    """Write sizes as a table, the small parts as one line."""
    large = {part: size for part, size in parts.items() if size >= 1_000_000}
    rows = [*large.items(), ("the rest", sum(parts.values()) - sum(large.values())), ("together", sum(parts.values()))]
    return "".join(f"{size / 1e6:8.1f} MB  {part}\n" for part, size in rows)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--image", action="store_true", help="The folder goes into an image, and never into a zip.")
    given = parser.parse_args()
    sys.stdout.write(report(assemble(given.folder, sys.executable, is_image=given.image)))
