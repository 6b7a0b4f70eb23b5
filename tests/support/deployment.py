"""Templates of the deployment, made by the real tool without AWS."""

import fcntl
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OSLS = ROOT / "node_modules" / ".bin" / "osls"
DIGEST = f"123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/graphql-api@sha256:{'5' * 64}"
KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
IMAGE = {"package": "image", "imageUri": DIGEST}
ZIP = {"package": "zip"}
ADAPTER = {"package": "adapter", "imageUri": DIGEST, "jobsImageUri": DIGEST.replace("5", "6")}
EVERYTHING = {"api": "http", "cdn": "cloudfront", "network": "vpc", "source": "ssm-with-key", "ssmKeyArn": KEY}
TABLE = {"slices": "access"}
STREAM = {"reply": "stream"}
BY_NAME = {"source": "s3", "network": "vpc", "bucket": "example-jockeys", "prefix": "results/"}
ALL = {
    "slices": ",".join(sorted(json.loads((ROOT / "deploy" / "slices.json").read_text()))),
    "forecastImageUri": DIGEST,
}
"""Every slice."""

MADE = Path(".serverless") / "cloudformation-template-update-stack.json"

Variant = tuple[tuple[str, str], ...]
Template = dict[str, Any]
Make = Callable[[Variant], Template]

needs_osls = pytest.mark.skipif(
    not OSLS.exists() or shutil.which("node") is None,
    reason="osls is not installed: takes Node, and `npm ci` at the top of the repository",
)


def variant(stage: str, *parameters: Mapping[str, str]) -> Variant:
    """Name a stage with parameters."""
    return (("stage", stage), *(item for each in parameters for item in each.items()))


VARIANTS = {
    f"{stage}-{package['package']}-{name}": variant(stage, package, options)
    for stage in ("dev", "staging", "prod")
    for package in (IMAGE, ZIP)
    for name, options in (
        ("plain", {}),
        ("everything", {**EVERYTHING, **TABLE}),
        ("by-name", BY_NAME),
        ("stream", STREAM),
    )
    if name not in {"by-name", "stream"} or stage == "prod"
}


def copy(folder: Path) -> None:
    """Copy the configuration to ``folder``, with a zip of nothing."""
    shutil.copy(ROOT / "serverless.yml", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "dist").mkdir()
    with zipfile.ZipFile(folder / "dist" / "function-arm64.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py"), "def handler(event, context): ...")


def run(command: str, chosen: Variant, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """Run one command of osls on a copy of the configuration in ``folder``; give what it wrote."""
    if not (folder / "serverless.yml").exists():
        copy(folder)
    (_, stage), *parameters = chosen
    options = [f"--param={name}={value}" for name, value in parameters]
    done = subprocess.run(
        [OSLS, *command.split(), "--stage", stage, *options],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


@cache
def template(chosen: Variant, shared: Path) -> Template:
    """Package a variant, once for all processes that test; ``shared`` is a folder of theirs."""
    name = blake2b(repr(chosen).encode(), digest_size=16).hexdigest()
    folder = shared / name
    folder.mkdir(exist_ok=True)
    made = folder / MADE
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            run("package", chosen, folder)
        read: Template = json.loads(made.read_text())
        return read


def of_type(found: Template, kind: str) -> dict[str, Any]:
    """Give the properties of every resource of a type, by its logical id."""
    resources = found["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each["Type"] == f"AWS::{kind}"}


def only(found: Template, kind: str) -> Any:
    """Give the properties of the one resource of a type."""
    (properties,) = of_type(found, kind).values()
    return properties


def statements(found: Template) -> Iterator[dict[str, Any]]:
    """Give every statement of every policy that the stack writes itself."""
    roles = of_type(found, "IAM::Role").values()
    for policy in (*(each for role in roles for each in role["Policies"]), *of_type(found, "IAM::Policy").values()):
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    """Give what a policy holds as one or as a list, as a list."""
    return value if isinstance(value, list) else [value]
