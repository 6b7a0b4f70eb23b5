"""Writes deploy/slices.json, what the slices need of AWS: ``python deploy/table.py [--check]``.

deploy/compose.js makes functions, rights and schedules of it. ``--check`` compares, and holds deploy/slices to it.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from graphql_api.installed import SLICES
from graphql_api.slices import Deployment, Slice

DEPLOY = Path(__file__).parent
FILE = DEPLOY / "slices.json"
SHARED = ("api", "worker", "scheduled")
"""Functions that do the work of several slices."""

EVERY = "every"
"""What gets rights for all functions that are deployed, also those of other slices."""

PREFIXES = {"bedrock-runtime": "bedrock", "stepfunctions": "states"}
"""How actions begin that are not named as the service of boto3 is."""

PARTS = {"environment", "rights", "functions", "resources", "alarms", "widgets", "outside", "paused", "switches"}
"""Parts of a slice's file: `switches` holds further ones, by parameters and their values; with those of `paused` its
schedules are disabled."""

Fragment = Mapping[str, Any]


def table(slices: Sequence[Slice] = SLICES) -> dict[str, Any]:
    """Return what the slices need that can be chosen, by their names. Raises ``ValueError`` where that is no whole."""
    made = {each.name: _row(each, each.deployment) for each in slices if each.deployment}
    for name, row in made.items():
        if unknown := set(row["needs"]) - set(made):
            raise ValueError(f"{name} needs {unknown}, which cannot be chosen.")
    return made


def _row(each: Slice, deployment: Deployment) -> dict[str, Any]:
    functions = {name: sorted(services) for name, services in deployment.functions.items()}
    schedules = {
        job: {"expression": expression, "function": deployment.runs.get(job, "scheduled")}
        for job, expression in each.schedules.items()
    }
    for job, schedule in schedules.items():
        if schedule["function"] not in functions:
            raise ValueError(f"{each.name} schedules {job} on the function {schedule['function']}, which it lacks.")
    return {"needs": list(deployment.needs), "functions": functions, "schedules": schedules}


def faults(row: Mapping[str, Any], fragment: Fragment) -> Iterator[str]:
    """Tell what in a slice's file does not fit its row of the table."""
    switched = [part for values in fragment.get("switches", {}).values() for part in values.values()]
    yield from (f"{part} is no part" for each in (fragment, *switched) for part in set(each) - PARTS)
    functions = row["functions"]
    own = set(functions) - set(SHARED)
    if own != set(fragment.get("functions", {})):
        yield f"its own functions are {sorted(own)}"
    rights = (item for each in (fragment, *switched) for item in each.get("rights", {}).items())
    for function, statements in rights:
        if function not in functions and function != EVERY:
            yield f"{function} gets rights, and does not work for the slice"
            continue
        called = functions[function] if function != EVERY else chain.from_iterable(functions.values())
        allowed = {PREFIXES.get(service, service) for service in called}
        for statement in statements:
            actions = statement["Action"]
            for action in actions if isinstance(actions, list) else [actions]:
                if action.partition(":")[0] not in allowed:
                    yield f"{function} may do {action}, and does not call that service"
                if "*" in action or action == "dynamodb:Scan":
                    yield f"{function} may do {action}, which is too much"


def read(name: str) -> Fragment:
    """Read deploy/slices/<name>.yml; it is empty where there is no such file."""
    import yaml

    file = DEPLOY / "slices" / f"{name}.yml"
    text = re.sub(r"!(\w+)", "", file.read_text("utf-8")) if file.exists() else "{}"  # the tags of CloudFormation
    fragment: Fragment = yaml.safe_load(text) or {}
    return fragment


def main() -> int:
    """Write the file, or compare it; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    rows = table()
    text = json.dumps(rows, indent=2, sort_keys=True) + "\n"
    told = [f"deploy/slices/{name}.yml: {fault}" for name, row in rows.items() for fault in faults(row, read(name))]
    files = {file.stem for file in (DEPLOY / "slices").glob("*.yml")}
    told += [f"deploy/slices/{name}.yml: no such slice can be chosen" for name in sorted(files - set(rows))]
    if not check:
        FILE.write_text(text, "utf-8")
    elif FILE.read_text("utf-8") != text:
        told.append("deploy/slices.json is out of date. Write it with: python deploy/table.py")
    sys.stderr.write("".join(f"{line}\n" for line in told))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
