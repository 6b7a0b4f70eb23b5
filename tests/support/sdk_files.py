"""The SDK's descriptions of services, read once for all tests: that takes most of the time of making a client."""

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader

_read = JSONFileLoader().load_file


@cache
def read_once(path: str) -> Any:
    """Read a file as the SDK does."""
    return _read(path)
