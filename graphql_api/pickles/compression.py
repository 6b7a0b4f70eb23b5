"""Decompression of a file by its first bytes: one layer, with a limit of bytes."""

import bz2
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable
from typing import Protocol

from graphql_api.pickles.limits import Limits, refuse

_XZ_MEMORY = 128 * 2**20  # twice what the strongest preset of xz asks for
_ZSTD_WINDOW = 128 * 2**20
_ZIP_MEMBERS = 64  # entries of a directory, all of which are read before they can be counted
_ZSTD_PIECE = 256  # bytes that can become 8 MiB at most: the zstandard package has no bound on one call's output


class _Decompressor(Protocol):
    """The common interface of the decompressors of zlib, bz2, lzma and Python 3.14's zstd."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def unused_data(self) -> bytes:
        """The bytes after the end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return at most ``max_length`` bytes."""


def decompress(data: bytes, limits: Limits) -> bytes:
    """Return the file's content, or ``data`` itself if it is not compressed. Raises ``DataCorrupt``."""
    if len(data) > limits.stored:
        raise refuse("too_large", f"a file of {len(data)} bytes")
    content = data
    for magic, read in _FORMATS.items():
        if data.startswith(magic):
            content = _read(read, data, limits.decompressed + 1)
            break
    if len(content) > limits.decompressed:
        raise refuse("too_large", "a file that decompresses to more than it may")
    return content


def _read(read: Callable[[bytes, int], bytes], data: bytes, most: int) -> bytes:
    """Decompress. Errors of libraries for damaged files become ``DataCorrupt``."""
    try:
        return read(data, most)
    except _broken() as error:
        raise refuse("compression", "a compressed file that is damaged or of an unknown kind") from error


def _streamed(make: Callable[[], _Decompressor]) -> Callable[[bytes, int], bytes]:
    """Return a reader of a format with one stream. It refuses streams that end before or after the file."""

    def read(data: bytes, most: int) -> bytes:
        stream = make()
        content = stream.decompress(data, most)
        if len(content) < most and (not stream.eof or stream.unused_data):
            raise refuse("compression", "a compressed file that ends early, or goes on behind its end")
        return content

    return read


def _zip(data: bytes, most: int) -> bytes:
    """Read the only member of a zip archive, stored or deflated, as pandas writes it."""
    if data.count(b"PK\x01\x02") > _ZIP_MEMBERS:
        raise refuse("compression", "a zip archive of many files")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        kinds = {member.compress_type for member in members}
        if len(members) != 1 or not kinds <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise refuse("compression", "a zip archive of several files, or of an unusual kind")
        with archive.open(members[0]) as member:
            return member.read(most)


class _PiecewiseZstd:
    """The zstandard package's decompressor, used with small pieces so that its output is limited."""

    def __init__(self) -> None:
        import zstandard

        self._stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        return self._stream.eof

    unused_data = b""

    def decompress(self, data: bytes, most: int) -> bytes:
        """Return at most ``most`` bytes."""
        parts: list[bytes] = []
        size = 0
        for start in range(0, len(data), _ZSTD_PIECE):
            parts.append(self._stream.decompress(data[start : start + _ZSTD_PIECE]))
            size += len(parts[-1])
            if size >= most:
                break
            if self._stream.eof:
                self.unused_data = self._stream.unused_data + data[start + _ZSTD_PIECE :]
                break
        return b"".join(parts)[:most]


def _zstd() -> _Decompressor:
    """Return a decompressor of zstd: Python's own from 3.14, otherwise the zstandard package's."""
    if sys.version_info >= (3, 14):
        from compression import zstd

        window = _ZSTD_WINDOW.bit_length() - 1
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: window})
    return _PiecewiseZstd()


def _broken() -> tuple[type[Exception], ...]:
    """Return the exception classes for damaged files. Those of zstd are imported only if something was raised."""
    known = (zlib.error, lzma.LZMAError, zipfile.BadZipFile)
    general = (OSError, EOFError, ValueError, OverflowError, KeyError, RuntimeError, NotImplementedError, MemoryError)
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        import zstandard as zstd
    return (*known, *general, zstd.ZstdError)


_FORMATS: dict[bytes, Callable[[bytes, int], bytes]] = {
    b"\x1f\x8b": _streamed(lambda: zlib.decompressobj(wbits=31)),
    b"BZh": _streamed(bz2.BZ2Decompressor),
    b"\xfd7zXZ\0": _streamed(lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)),
    b"PK\x03\x04": _zip,
    b"\x28\xb5\x2f\xfd": _streamed(_zstd),
}
