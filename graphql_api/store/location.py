"""Where the store is, by the settings."""

from pathlib import Path

from graphql_api.config import ConfigError, Settings

DYNAMODB = "dynamodb://"
DEFAULT_PATH = "~/.local/state/graphql-api/store.sqlite3"


def locate_store(settings: Settings) -> Path | str:
    """Return the path of the file, or the name of the table. Raises ``ConfigError`` for what can be neither."""
    name = settings.store or DEFAULT_PATH
    if name.startswith(DYNAMODB):
        return name.removeprefix(DYNAMODB)
    path = Path(name).expanduser()
    if "://" in name or path.is_dir():
        kind = "" if "://" in name else ", which is a directory"
        raise ConfigError(f"JOCKEY_STORE must be the path of a file or dynamodb://table, not {name!r}{kind}.")
    return path
