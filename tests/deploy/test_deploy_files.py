"""Tests of the files around the deployment: images, workflows, smoke test, cost figures."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployment import listed

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _tool(name: str) -> str:
    """Find a tool beside this Python; skips the test where it is not installed."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _assert_clean(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dockerfile_is_clean() -> None:
    """Hadolint finds nothing."""
    _assert_clean(_tool("hadolint"), "Dockerfile")


def test_workflows_are_clean() -> None:
    """The workflows fit GitHub's schema, and zizmor finds no weakness."""
    _assert_clean(_tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    _assert_clean(_tool("zizmor"), "--offline", "--quiet", ".github")


def test_actions_are_pinned() -> None:
    """Every action is named by a full commit hash, with its version beside it."""
    used = [
        line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line and "$/" not in line
    ]
    assert used
    for line in used:
        assert re.search(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def _jobs(workflow: str) -> dict[str, Any]:
    """Read the jobs of a workflow."""
    jobs: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text())["jobs"]
    return jobs


def test_release_pushes_what_deployments_take() -> None:
    """The images of the function and of forecasts are built, and each stage is deployed with both."""
    jobs = _jobs("release.yml")
    targets = jobs["image"]["strategy"]["matrix"]["target"]
    assert set(targets) <= set(re.findall(r" AS (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert jobs["image"]["outputs"] == {each: f"${{{{ steps.push.outputs.{each} }}}}" for each in targets}
    for stage in ("staging", "prod"):
        assert jobs[stage]["with"] == {
            "stage": stage,
            "image": "${{ needs.image.outputs.function }}",
            "forecast": "${{ needs.image.outputs.forecast }}",
        }


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        ({}, ["imageUri=a@sha256:1", "rollout=canary"]),
        (
            {"FORECAST": "b@sha256:2", "OPTIONS": "--param slices=forecasts --param reply=stream"},
            [
                "forecastImageUri=b@sha256:2",
                "imageUri=a@sha256:1",
                "reply=stream",
                "rollout=canary",
                "slices=forecasts",
            ],
        ),
    ],
)
def test_workflow_deploys_with_what_it_is_given(given: dict[str, str], parameters: list[str], tmp_path: Path) -> None:
    """An image of forecasts and the stage's own options reach the tool; where there are none, nothing stands in."""
    (step,) = (each["run"] for each in _jobs("deploy.yml")["deploy"]["steps"] if each.get("name") == "Deploy")
    (tmp_path / "npx").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "npx").chmod(0o755)
    own = {"STAGE": "prod", "AWS_REGION": "x", "BUILDER": "role", "IMAGE": "a@sha256:1", "ROLLOUT": "canary"}
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FORECAST": "", "OPTIONS": "", **own, **given}
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step]
    told = subprocess.run(shell, env=environ, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[:6] == ["osls", "deploy", "--stage", "prod", "--region", "x"]
    assert set(told[6::2]) == {"--param"}
    assert sorted(told[7::2]) == ["deploymentRole=role", *parameters]


def test_image_is_locked_and_without_rights() -> None:
    """All images install by hash only, end as a user without rights, and the server tells its health."""
    text = (ROOT / "Dockerfile").read_text()
    targets = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    by_name = {re.search(r"AS (\S+)", target)[1]: target for target in targets}
    installs = re.findall(r"pip install[^\n]*\\\n[^\n]*", text)
    assert len(installs) == 4
    assert all("--require-hashes" in each and "--only-binary :all:" in each for each in installs)
    for name in ("server", "function", "adapter"):
        assert "USER 10001" in by_name[name]
        assert "RUN" not in by_name[name]
    assert "USER 10001" in by_name["forecast"]
    assert re.findall("RUN (.*)", by_name["forecast"]) == ["dnf install -y libgomp && dnf clean all"]
    assert 'CMD ["jobs_handler.handler"]' in by_name["forecast"]
    assert "HEALTHCHECK" in by_name["server"]
    assert 'CMD ["handler.handler"]' in by_name["function"]


def test_the_adapter_is_pinned() -> None:
    """By version and digest. Both locks that its image installs have the same versions of what both have."""
    (pinned,) = re.findall(r"^ARG ADAPTER=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"public\.ecr\.aws/awsguru/aws-lambda-adapter:1\.\d+\.\d+@sha256:[0-9a-f]{64}", pinned)
    function, server = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("lambda", "server")
    )
    assert {
        name: (function[name], server[name]) for name in function.keys() & server if function[name] != server[name]
    } == {}


def test_image_gets_what_it_copies() -> None:
    """What the Dockerfile copies is there, and .dockerignore lets it through."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copies for source in line.split()}
    assert sources == allowed
    assert all((ROOT / source).exists() for source in sources)


def test_bootstrap_gives_no_more_than_is_needed() -> None:
    """The template is clean; its roles trust whom they name, and may do to everything only what knows no resource.

    ``test_workflows_role_is_enough`` shows that they suffice.
    """
    _assert_clean(_tool("cfn-lint"), "deploy/bootstrap.yml")
    from cfnlint.decode import cfn_yaml  # its import takes two seconds

    resources = cfn_yaml.load(str(ROOT / "deploy" / "bootstrap.yml"))["Resources"]
    assert resources["Images"]["Properties"]["ImageTagMutability"] == "IMMUTABLE"
    (trust,) = resources["Deployer"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    issuer = "token.actions.githubusercontent.com"
    assert trust["Condition"]["StringEquals"] == {
        f"{issuer}:aud": "sts.amazonaws.com",
        f"{issuer}:sub": {"Ref": "Subjects"},
    }
    policies = [policy for role in ("Deployer", "Builder") for policy in resources[role]["Properties"]["Policies"]]
    statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    assert not any("*" in action for each in statements for action in listed(each["Action"]))
    assert [each["Action"] for each in statements if each["Resource"] == "*"] == [
        ["cloudformation:ValidateTemplate", "ecr:GetAuthorizationToken"]
    ]


def test_vulnerabilities_are_asked_for() -> None:
    """The pipeline audits every lock file, of Python and of Node; who would answer is out of reach of these tests."""
    recipe = (ROOT / "Makefile").read_text().partition("\nvulnerabilities:")[2].partition("\n\n")[0]
    assert set(re.findall(r"-r (\S+)", recipe)) == {f"requirements/{each.name}" for each in LOCKS}
    (folders,) = re.findall(r"for folder in (.+?);", recipe)
    assert {(ROOT / each / "package-lock.json").exists() for each in folders.split()} == {True}
    assert len(folders.split()) == len(
        [lock for depth in ("", "*/", "tests/*/") for lock in ROOT.glob(f"{depth}package-lock.json")]
    )
    assert "pip-audit==" in recipe
    assert "run: make vulnerabilities" in (ROOT / ".github" / "workflows" / "test.yml").read_text()


def test_smoke_test_tells_good_from_bad(live_server: str) -> None:
    """It passes against a service with the jockey, and fails without."""
    command = [sys.executable, str(ROOT / "deploy" / "smoke.py")]
    good = subprocess.run([*command, f"{live_server}/", "00001"], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout.count("passed")) == (0, 4), good.stderr
    bad = subprocess.run([*command, live_server, "98765"], capture_output=True, text=True, check=False, timeout=120)
    assert bad.returncode == 1
    assert "FAILED  REST" in bad.stdout
    assert "FAILED  GraphQL" in bad.stdout
    assert "passed  health" in bad.stdout


def test_scaling_figures_are_those_calculated() -> None:
    """Every table of docs/scaling.md that the script writes stands there as it writes it."""
    script = [sys.executable, str(ROOT / "deploy" / "scaling.py")]
    written = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    document = (ROOT / "docs" / "scaling.md").read_text()
    for line in written.splitlines():
        assert line in document
