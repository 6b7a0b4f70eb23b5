"""Reading pickled DataFrames without executing code in them.

``decompress`` the file → ``transcribe`` (check every opcode) → ``unpickle`` (the C unpickler, but each name is an
inert stand-in) → ``frame`` (check the recorded tree and make columns of it). Neither pandas nor pyarrow is needed.
"""

import pickle

from graphql_api.errors import DataCorrupt
from graphql_api.logs import EventLogger
from graphql_api.pickles.compression import decompress
from graphql_api.pickles.foreign import foreign_kind
from graphql_api.pickles.frames import Frame, LeftOut
from graphql_api.pickles.limits import Budget, Limits, refuse
from graphql_api.pickles.rebuild import frame
from graphql_api.pickles.scan import transcribe
from graphql_api.pickles.standins import unpickle

__all__ = ["Limits", "loads"]

# What the C unpickler raises for streams that its opcodes make no sense in; all else is checked before it happens.
_BROKEN = (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, LookupError, OverflowError)

_LOGGED, _LABEL = 20, 100  # parts left out that the log names, and characters of their labels

log = EventLogger(__name__)


def loads(data: bytes, limits: Limits = Limits()) -> Frame:  # noqa: B008
    """Read one stored file: a pickled DataFrame, maybe compressed (gzip, bzip2, xz, zip, zstd).

    Columns that cannot be read are omitted, and named in the frame and the log.
    Reads what pandas 0.25 to 3.1 writes with protocols 0 to 5. Raises ``DataCorrupt`` for everything else, whose
    ``log_fields`` hold ``reason``, a short code, and ``detail``, which says what was refused; both are logged.
    """
    try:
        read = _frame(decompress(data, limits), limits)
    except DataCorrupt as error:
        log.warning("pickle_refused", **error.log_fields)
        raise
    if read.left_out:
        log.warning(
            "pickle_parts_left_out", count=len(read.left_out), parts=[_shown(part) for part in read.left_out[:_LOGGED]]
        )
    return read


def _frame(content: bytes, limits: Limits) -> Frame:
    try:
        return frame(_tree(transcribe(content, limits)), Budget(limits))
    except DataCorrupt as error:
        if kind := foreign_kind(content):
            raise refuse("no_pickle", f"{kind}, not a pickle") from error
        raise


def _tree(stream: bytes) -> object:
    try:
        return unpickle(stream)
    except _BROKEN as error:
        raise refuse("malformed", f"a broken pickle ({type(error).__name__})") from error


def _shown(part: LeftOut) -> str:
    return f"{part.label[:_LABEL]}: {part.kind}"
