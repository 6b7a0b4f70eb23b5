"""Images of the Dockerfile, built and run by the container engine that answers: Docker's, else Podman's.

Docker builds on AWS's own base image. Podman, which needs no daemon and keeps everything in a folder of the test's,
builds on a stand-in of the same name, so that it works where AWS's registry is out of reach: Debian with that version
of Python, and what the Dockerfile takes from the base (``python``, ``pip``, ``LAMBDA_TASK_ROOT``, the working folder,
an entry point that runs the handler which CMD names). What only AWS's base can show stays unproven there.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deployment import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
(BASE,) = re.findall(r"^FROM (\S+:\S+) AS base$", DOCKERFILE, re.MULTILINE)
ADAPTER = "localhost/graphql-api-test-web-adapter"
STAND_IN_OF_ADAPTER = Path(__file__).parent / "lambda_adapter.py"
FOLDERS = Path(tempfile.gettempdir()) / "graphql-api-engine-"
"""How folders of Podman's begin, before the process's id. In pytest's, mounts that are left would fail the next run."""

TASK = "/var/task"  # where AWS's base image keeps the function: LAMBDA_TASK_ROOT
PODMAN = ("podman", "runc", "mmdebstrap")
SUITE = {"3.13": "trixie"}  # Debian's release with that Python
# python3 itself; pip and the certificates that it trusts; what wheels and LightGBM link to; a shell for RUN.
PACKAGES = "base-files,ca-certificates,coreutils,dash,libc-bin,libgomp1,libstdc++6,python3,python3-pip"
STAND_IN = """
FROM scratch
ADD root.tar /
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s python{version} /usr/bin/python && rm /usr/lib/python{version}/EXTERNALLY-MANAGED
# What the Dockerfile would install is there.
RUN ln -s true /usr/bin/dnf
ENV LAMBDA_TASK_ROOT={task} PIP_CERT=/etc/ssl/certs/ca-certificates.crt
WORKDIR {task}
ENTRYPOINT ["python", "-m", "awslambdaric"]
"""
# Without systemd, and without the right to raise limits.
CONTAINERS = """
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE = """
[storage]
driver = "overlay"
graphroot = "{folder}/store"
runroot = "{folder}/run"
"""


@cache
def _engine() -> str | None:
    """Name the engine that answers here."""
    if shutil.which("docker") and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
        return "docker"
    return "podman" if os.geteuid() == 0 and all(map(shutil.which, PODMAN)) else None


needs_engine = pytest.mark.skipif(
    _engine() is None, reason=f"no container engine: takes Docker's, or {', '.join(PODMAN)} as root"
)


@dataclass(frozen=True)
class Engine:
    """A container engine, by the commands that Docker's and Podman's command lines share."""

    name: str
    environ: Mapping[str, str]

    def __call__(self, *arguments: str | Path, stdin: str = "") -> str:
        """Run one command; give what it wrote."""
        command = [self.name, *arguments]
        done = subprocess.run(
            command, env=self.environ, input=stdin, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def inspect(self, image: str) -> dict[str, Any]:
        """Give an image's configuration, with its layers and its health check where either engine has them."""
        (found,) = json.loads(self("image", "inspect", image))
        config = found["Config"]
        return {"Healthcheck": found.get("Healthcheck"), **config, "Layers": found["RootFS"]["Layers"]}

    def build(self, target: str) -> str:
        """Build a target of the Dockerfile; give the image's name."""
        image = f"localhost/graphql-api-test-{target}"
        self("build", "--pull=false", f"--build-arg=ADAPTER={ADAPTER}", "--target", target, "--tag", image, ROOT)
        return image

    def build_adapter(self, folder: Path) -> None:
        """Make the image that stands in for Lambda Web Adapter's: one file, which its Dockerfile copies."""
        shutil.copy(STAND_IN_OF_ADAPTER, folder / "lambda-adapter")
        (folder / "lambda-adapter").chmod(0o755)
        (folder / "Dockerfile").write_text("FROM scratch\nCOPY lambda-adapter /lambda-adapter\n")
        self("build", "--tag", ADAPTER, folder)

    @contextmanager
    def running(self, image: str, *options: str | Path) -> Iterator[str]:
        """Run an image without a network and on a disk that it cannot write; give the container's name."""
        sealed = ["--pull=never", "--network=none", "--read-only", "--no-healthcheck"]  # that takes systemd to repeat
        name = self("run", "--detach", *sealed, *options, image).strip()
        try:
            yield name
        finally:
            self("rm", "--force", name)


@contextmanager
def engine() -> Iterator[Engine]:
    """Give the engine; Podman's images and containers live in a folder of this process, and go with it."""
    if _engine() == "docker":
        docker = Engine("docker", os.environ)
        docker("pull", BASE)
        yield docker
        return
    for left in FOLDERS.parent.glob(f"{FOLDERS.name}*"):
        if not Path("/proc", left.name.removeprefix(FOLDERS.name)).exists():
            _remove(left)
    folder = Path(f"{FOLDERS}{os.getpid()}")
    folder.mkdir()
    try:
        # Two gigabytes of small files, which a disk takes minutes to write and to delete.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4g", "tmpfs", folder], check=True)
        (folder / "containers.conf").write_text(CONTAINERS)
        (folder / "storage.conf").write_text(STORAGE.format(folder=folder))
        podman = _podman(folder)
        _make_base(podman, folder / "base")
        yield podman
    finally:
        _remove(folder)


def _podman(folder: Path) -> Engine:
    own = {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        "BUILDAH_FORMAT": "docker",  # the other one has no health check
        "BUILDAH_ISOLATION": "chroot",  # needs no network of its own
    }
    return Engine("podman", {**os.environ, **own})


def _remove(folder: Path) -> None:
    """End the containers of a folder, and delete it with all that is mounted there."""
    with suppress(AssertionError):  # one that was killed may have left half a container
        _podman(folder)("rm", "--all", "--force")
    mounts = [Path(line.split()[1]) for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed([each for each in mounts if each.is_relative_to(folder)]):
        # What cleans up after a container may be at it yet.
        subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def _make_base(podman: Engine, folder: Path) -> None:
    """Make the stand-in for the base image."""
    version = BASE.rpartition(":")[2]
    folder.mkdir()
    command = ["mmdebstrap", "--quiet", "--variant=extract", f"--include={PACKAGES}", SUITE[version]]
    subprocess.run([*command, folder / "root.tar"], check=True)
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder)  # whom this machine trusts
    (folder / "Dockerfile").write_text(STAND_IN.format(version=version, task=TASK))
    podman("build", "--tag", BASE, folder)
    (folder / "root.tar").unlink()
