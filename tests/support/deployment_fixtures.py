"""Fixture for tests of the deployment's templates: name this module in ``pytest_plugins``."""

from pathlib import Path

import pytest

from deployment import Make, template


@pytest.fixture
def make(shared_folder: Path) -> Make:
    """Give the function that packages a variant, unless that was done before."""
    shared = shared_folder / "templates"
    shared.mkdir(exist_ok=True)
    return lambda chosen: template(chosen, shared)
