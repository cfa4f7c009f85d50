"""Reads a file line by line in bounded memory, whatever somebody put into it.

A line over the bound and a line in another encoding are rejects, and cost no other line. What is
UTF-8 is always read as that: text of windows-1252 with letters of its own is hardly ever UTF-8 too.
"""

import codecs
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from royalties.models import Reject

LINE_BYTES_MAX = 65_536


class Encoding(StrEnum):
    """How a report's letters are written; Latin-1 is read as the windows-1252 that holds it."""

    UTF_8 = "utf-8"
    WINDOWS = "windows-1252"


class LineReader(Protocol):
    """Anything that reads bytes by lines: a file, or one that was unpacked."""

    def readline(self, size: int = -1, /) -> bytes:
        """Read up to a line end, or `size` bytes."""


class BlockReader(Protocol):
    """Anything that reads bytes: a file, or one that counts along."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` bytes; none at the end."""


def read_lines(
    stream: LineReader, line_no: int = 0, encoding: Encoding = Encoding.UTF_8
) -> Iterator[tuple[int, str | Reject]]:
    """Number and text of each line that is not blank; `line_no` is that of the line before."""
    while raw := read_line(stream):
        if line_no == 0:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        line_no += 1
        text = decode(raw, encoding)
        if text is None:
            cause = "line-too-long" if len(raw) > LINE_BYTES_MAX else "not-utf-8"
            yield line_no, Reject(line_no, cause)
        elif text and not text.isspace():
            yield line_no, text


def read_line(stream: LineReader) -> bytes:
    """One physical line; of a line over the bound only its start is kept, the rest is skipped."""
    line = stream.readline(LINE_BYTES_MAX + 1)
    if len(line) > LINE_BYTES_MAX:
        tail = line
        while len(tail) > LINE_BYTES_MAX and not tail.endswith(b"\n"):
            tail = stream.readline(LINE_BYTES_MAX + 1)
    return line


def decode(line: bytes, encoding: Encoding = Encoding.UTF_8) -> str | None:
    """The text of a line without its end; None where it is too long or in another encoding."""
    if len(line) > LINE_BYTES_MAX:
        return None
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        pass
    try:
        return line.decode(encoding.value).rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def encoding_of(head: bytes) -> Encoding:
    """The encoding that the beginning of a file most likely has; a letter may be cut at its end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return Encoding.WINDOWS
    return Encoding.UTF_8
