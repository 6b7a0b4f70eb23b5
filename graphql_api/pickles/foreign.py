"""Recognition of files that are not pickles although they have the name of one."""

import codecs
import re

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an Excel file"),
    (b"version https://git-lfs", "a pointer of Git LFS"),
)
_MARKUP = re.compile(rb"\s*<(!doctype\s+html|html|head|body|\?xml|[!?a-z])", re.IGNORECASE)
_HTML = re.compile(rb"<(!doctype\s+)?html", re.IGNORECASE)
# No opcode of a pickle is a brace or a bracket that opens.
_JSON = re.compile(rb"\s*[{\[]")
_JOBLIB = b"joblib.numpy_pickle"
FOREIGN_HEAD = 4096
_ENCODINGS = ("utf-8", "cp932", "euc_jp")


def foreign_kind(content: bytes) -> str | None:
    """Return the kind of a file that is certainly not a pickle, such as "an HTML page". None if it is not certain.

    ``content`` is decompressed. Only the first 4 KiB are used.
    """
    if not content:
        return "an empty file"
    head = content[:FOREIGN_HEAD].removeprefix(codecs.BOM_UTF8)
    if signature := next((kind for magic, kind in _SIGNATURES if head.startswith(magic)), None):
        return signature
    if _MARKUP.match(head):
        return "an HTML page" if _HTML.search(head) else "an XML document"
    if _JSON.match(head):
        return "a JSON text"
    if _JOBLIB in head:
        return "a file of joblib, which keeps arrays outside of the pickle"
    if content.endswith(b"."):  # as every pickle does, also one of protocol 0, which is text
        return None
    return "a CSV text" if _is_separated(head) else None


def _is_separated(head: bytes) -> bool:
    """Return whether the first line is printable text with several columns, in an encoding of such files."""
    line = head.partition(b"\n")[0].removesuffix(b"\r").replace(b"\t", b",")
    for encoding in _ENCODINGS:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(line)  # the last character may be cut
        except UnicodeDecodeError:
            continue
        return "," in text and text.isprintable()
    return False
