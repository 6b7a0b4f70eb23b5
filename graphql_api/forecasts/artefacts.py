"""Results of steps in the storage: objects whose names contain the digest of their inputs.

An object is written atomically (``Storage.write``) and never changes. So an interrupted step finds its
finished parts, and a step that runs again writes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import orjson

from graphql_api.errors import DataCorrupt, NotFound
from graphql_api.storage.protocol import Storage, list_all

FOLDER = "forecasting"
"""The folder of objects that only steps read. Objects for the API are in ``published.FOLDER``."""

MAX_BYTES = 2**30
DIGEST_LENGTH = 16
KEPT = timedelta(days=7)
"""Time for which replaced features are kept, since another run may still read them."""


def digest(*parts: object) -> str:
    """Return the digest of texts, bytes, and what can be written as JSON."""
    hasher = hashlib.blake2b(digest_size=DIGEST_LENGTH // 2)
    for part in parts:
        data = part if isinstance(part, bytes) else orjson.dumps(part, option=orjson.OPT_SORT_KEYS)
        hasher.update(len(data).to_bytes(8))
        hasher.update(data)
    return hasher.hexdigest()


class Artefacts:
    """The objects of the steps, by name."""

    def __init__(self, storage: Storage) -> None:
        """Use the objects in ``storage``."""
        self.storage = storage

    def read(self, name: str) -> bytes | None:
        """Return an object. None if there is none. Raises as ``Storage.read``."""
        try:
            stored = self.storage.read(f"{FOLDER}/{name}", max_bytes=MAX_BYTES)
        except NotFound:
            return None
        return None if stored is None else stored.data

    def read_json(self, name: str) -> Any:
        """Return an object of JSON. None if there is none. Raises ``DataCorrupt`` if it is not JSON."""
        data = self.read(name)
        try:
            return None if data is None else orjson.loads(data)
        except ValueError as error:
            raise DataCorrupt("The result of an earlier step cannot be read.", key=name) from error

    def read_arrays(self, name: str) -> Mapping[str, np.ndarray] | None:
        """Return arrays by name. None if there are none. Raises ``DataCorrupt`` if they are invalid."""
        data = self.read(name)
        if data is None:
            return None
        try:
            with np.load(BytesIO(data), allow_pickle=False) as arrays:
                return {key: arrays[key] for key in arrays.files}
        except (ValueError, OSError, KeyError) as error:
            raise DataCorrupt("The result of an earlier step cannot be read.", key=name) from error

    def write(self, name: str, data: bytes) -> None:
        """Write an object."""
        self.storage.write(f"{FOLDER}/{name}", data)

    def write_json(self, name: str, content: Any) -> None:
        """Write an object as JSON."""
        self.write(name, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write arrays. Equal arrays have equal bytes."""
        out = BytesIO()
        np.savez_compressed(out, allow_pickle=False, **arrays)
        self.write(name, out.getvalue())

    def names(self, prefix: str) -> list[str]:
        """Return the objects whose names start with ``prefix``."""
        return [each.key.removeprefix(f"{FOLDER}/") for each in list_all(self.storage, f"{FOLDER}/{prefix}")]

    def delete_old(self, prefix: str, keep: Iterable[str]) -> None:
        """Delete the objects whose names start with ``prefix``, except those of ``keep`` and recent ones."""
        kept, now = {f"{FOLDER}/{name}" for name in keep}, datetime.now(UTC)
        for listed in list_all(self.storage, f"{FOLDER}/{prefix}"):
            if listed.key not in kept and now - listed.last_modified > KEPT:
                self.storage.delete(listed.key)
