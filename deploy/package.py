"""Makes the function's zip, for another machine's processor, from locked dependencies: ``python deploy/package.py``."""

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from assemble import ROOT, assemble, files, report

EPOCH = (1980, 1, 1, 0, 0, 0)  # one time for every file: equal content makes equal zips
WRAPPER = "stream.sh"  # which Lambda executes
PLATFORMS = {"arm64": "aarch64-manylinux_2_34", "x86_64": "x86_64-manylinux_2_34"}  # the glibc of Amazon Linux 2023


def install(folder: Path, architecture: str, version: str) -> None:
    """Install the locked dependencies as they are for ``architecture``; only wheels, each checked by its hash."""
    target = ["--target", str(folder), "--python-platform", PLATFORMS[architecture], "--python-version", version]
    strict = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--link-mode", "copy", "--quiet"]
    command = [sys.executable, "-m", "uv", "pip", "install", *target, *strict]
    subprocess.run([*command, "-r", str(ROOT / "requirements" / "lambda.txt")], check=True)  # noqa: S603


def interpreter(version: str) -> str | None:
    """Find a Python of this version, whose bytecode will be loaded."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    command = [sys.executable, "-m", "uv", "python", "find", "--no-python-downloads", version]
    found = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    return found.stdout.strip() or None


def write_zip(folder: Path, output: Path) -> None:
    """Zip a folder so that equal folders make equal zips."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files(folder):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if entry.filename == WRAPPER else 0o100644) << 16
            archive.writestr(entry, path.read_bytes())


def main() -> None:
    """Make the zip and tell its size by part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64")
    parser.add_argument("--python", default="3.13", help="version of Python that will run it (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "function-arm64.zip")
    options = parser.parse_args()
    python = interpreter(options.python)
    if python is None:
        sys.stderr.write(f"No Python {options.python} here: without bytecode a cold start takes two seconds longer.\n")
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), options.architecture, options.python)
        parts = assemble(Path(folder), python)
        write_zip(Path(folder), options.output)
    sys.stdout.write(f"{report(parts)}{options.output.stat().st_size / 1e6:8.1f} MB  zipped: {options.output}\n")


if __name__ == "__main__":
    main()
