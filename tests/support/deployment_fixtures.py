"""Fixture for tests of the deployment's templates: name this module in ``pytest_plugins``."""

import pytest

from deployment import Make, template


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Give the function that packages a variant, unless that was done before."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if base.name.startswith("pytest-") else base.parent) / "templates"
    shared.mkdir(exist_ok=True)
    return lambda chosen: template(chosen, shared)
