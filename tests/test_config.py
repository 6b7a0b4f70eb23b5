"""Settings: each is read from its variable, checked, and listed in docs/settings.md."""

from pathlib import Path

import pytest

from graphql_api.config import PREFIX, ConfigError, Settings, rows
from graphql_api.installed import SLICES, read_settings
from graphql_api.jockeys.settings import JockeysSettings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"


def test_without_variables_the_defaults_hold() -> None:
    """An empty environment gives the table's defaults."""
    assert Settings.from_environ({}) == Settings()


def test_each_type_is_read_from_its_variable() -> None:
    """Texts, numbers, truth values, choices and lists are parsed; what has another prefix is not ours."""
    environ = {
        "JOCKEY_DATA": "s3://bucket/prefix",
        "JOCKEY_CACHE_ENTRIES": "5",
        "JOCKEY_CACHE_TTL": "0.5",
        "JOCKEY_GRAPHIQL": "off",
        "JOCKEY_STAGE": "prod",
        "JOCKEY_CORS_ORIGINS": "https://a.example, https://b.example",
        "PATH": "ignored",
    }
    settings = Settings.from_environ(environ)
    assert (settings.data, settings.cache_entries, settings.cache_ttl) == ("s3://bucket/prefix", 5, 0.5)
    assert (settings.graphiql, settings.stage) == (False, "prod")
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_overrides_win() -> None:
    """What the command line says stands above the environment."""
    assert Settings.from_environ({"JOCKEY_DATA": "a"}, data="b").data == "b"
    settings = read_settings({"JOCKEY_MAX_GROUPS": "2", "JOCKEY_WARM_IDS": "00001"}, max_groups=3)
    assert settings.of(JockeysSettings) == JockeysSettings(max_groups=3, warm_ids=("00001",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JOCKEY_CACHE_ENTRIES", "many"),
        ("JOCKEY_CACHE_ENTRIES", "0"),
        ("JOCKEY_CACHE_TTL", "-1"),
        ("JOCKEY_CACHE_TTL", "nan"),
        ("JOCKEY_CACHE_TTL", "inf"),
        ("JOCKEY_GRAPHIQL", "perhaps"),
        ("JOCKEY_STAGE", "production"),
        ("JOCKEY_LOG_LEVEL", "LOUD"),
        ("JOCKEY_TYPO", "1"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    """A value that a setting cannot take, or a variable that is none, is an error that names the variable."""
    with pytest.raises(ConfigError, match=name):
        Settings.from_environ({name: value})


def test_the_page_lists_every_setting_with_its_default() -> None:
    """The tables have one row for each setting, in order: variable, default, meaning; no more and no fewer."""
    shown = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{PREFIX}")]
    tables = [Settings, *(each.settings for each in SLICES if each.settings)]
    expected = [row for table in tables for row in rows(table).values()]
    assert shown == [_row(each.name, each.default, each.metadata["doc"]) for each in expected]


def _row(name: str, default: object, doc: str) -> str:
    text = (
        ",".join(default)
        if isinstance(default, tuple)
        else str(default).lower()
        if default in (True, False)
        else str(default)
    )
    shown = f"`{_number(default) or text}`" if text else ""
    return f"| `{PREFIX}{name.upper()}` | {shown} | {doc} |"


def _number(default: object) -> str | None:
    return f"{default:g}" if isinstance(default, float) else None
