"""GraphQL and REST API for horse-racing jockey results."""

DISTRIBUTION = "keiba-graphql-api"
"""The project's name as a Python distribution. ``graphql-api`` on PyPI belongs to another project."""


def install_hint(extra: str) -> str:
    """Return how to install an extra: from a clone, since no package index holds this project."""
    return f"In a clone of this project, run: pip install -e '.[{extra}]'"
