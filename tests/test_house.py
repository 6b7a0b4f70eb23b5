"""Rules of the house that no linter knows: sizes of modules and functions, and slices that contracts must name."""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graphql_api.installed import SLICES
from graphql_api.slices import Slice

ROOT = Path(__file__).parents[1]
MODULES = sorted([*ROOT.joinpath("graphql_api").rglob("*.py"), ROOT / "handler.py"])
MAX_MODULE, MAX_FUNCTION = 300, 50


def contracts() -> dict[str, dict[str, Any]]:
    """Give the import contracts by the beginnings of their names."""
    read = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {each["name"].partition(":")[0]: each for each in read["contracts"]}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_modules_and_functions_are_short(module: Path) -> None:
    """No module has more than 300 lines, and no function more than 50."""
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_MODULE
    functions = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= MAX_FUNCTION] == []


def test_contracts_name_every_part_of_mechanism() -> None:
    """What is no slice is mechanism, and in the contract that keeps it from slices; but for the list of slices."""
    contract = contracts()["Mechanism knows no slice"]
    paths = {path for path in ROOT.joinpath("graphql_api").iterdir() if path.suffix == ".py" or path.is_dir()}
    parts = {f"graphql_api.{path.stem}" for path in paths if not path.stem.startswith("__")}
    slices = set(contract["forbidden_modules"])
    assert set(contract["source_modules"]) == parts - slices - {"graphql_api.installed"}
    assert slices <= parts


@pytest.mark.parametrize("installed", SLICES, ids=lambda installed: installed.name)
def test_contracts_name_every_slice(installed: Slice) -> None:
    """A slice is in the contract that keeps mechanism from it, and in one that keeps it from other slices."""
    by_name = contracts()
    package = f"graphql_api.{installed.name}"
    assert package in by_name["Mechanism knows no slice"]["forbidden_modules"]
    assert package in by_name["The domain and what it stands on know neither GraphQL nor HTTP"]["source_modules"]
    apart = (
        by_name["Slices know no other slice"]["modules"],
        by_name["Races know other slices by their public modules"]["source_modules"],
        by_name["Slips know other slices by their public modules"]["source_modules"],
        by_name["Consultations know other slices by their public modules"]["source_modules"],
        by_name["Pages know no other slice"]["source_modules"],
        by_name["Odds know other slices by their public modules"]["source_modules"],
        by_name["Comments know other slices by their public modules"]["source_modules"],
        by_name["Forecasts know other slices by their public modules"]["source_modules"],
        by_name["The archive knows jockeys, whose questions it answers across files, and no other slice"][
            "source_modules"
        ],
    )
    assert any(package in modules for modules in apart)


DOMAIN_FREE = (
    "execution",
    "jobs",
    "language_models",
    "services.py",
    "slices.py",
    "snapshots",
    "storage",
    "store",
    "tables",
    "workers.py",
)
"""Parts of mechanism that name no domain at all; in ``web`` and ``cli`` stands what the product is called."""


def test_mechanism_names_no_domain() -> None:
    """No jockey stands in names, comments or texts there, but in the names of settings and imports."""
    package = ROOT / "graphql_api"
    allowed = re.compile(r"JOCKEY_|graphql_api[./]jockeys|from graphql_api\.jockeys")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in MODULES
        if path.is_relative_to(package) and path.relative_to(package).parts[0] in DOMAIN_FREE
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search("jockey", allowed.sub("", line), re.IGNORECASE)
    ]
    assert found == []


def test_modules_of_tests_have_names_of_their_own() -> None:
    """Test modules are imported by their names alone, whatever their folder: two of one name end the whole run."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []
