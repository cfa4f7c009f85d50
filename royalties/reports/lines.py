"""Reads a file line by line in bounded memory, whatever somebody put into it.

A line over the bound and a line that is not UTF-8 are rejects, and cost no other line.
"""

from collections.abc import Iterator
from typing import Protocol

from royalties.models import Reject

LINE_BYTES_MAX = 65_536


class LineReader(Protocol):
    """Anything that reads bytes by lines: a file, or one that was unpacked."""

    def readline(self, size: int = -1, /) -> bytes:
        """Read up to a line end, or `size` bytes."""


class BlockReader(Protocol):
    """Anything that reads bytes: a file, or one that counts along."""

    def read(self, size: int = -1, /) -> bytes:
        """Read at most `size` bytes; none at the end."""


def read_lines(stream: LineReader, line_no: int = 0) -> Iterator[tuple[int, str | Reject]]:
    """Number and text of each line that is not blank; `line_no` is that of the line before."""
    while raw := read_line(stream):
        line_no += 1
        text = decode(raw)
        if text is None:
            cause = "line-too-long" if len(raw) > LINE_BYTES_MAX else "not-utf-8"
            yield line_no, Reject(line_no, cause)
        elif text.strip():
            yield line_no, text


def read_line(stream: LineReader) -> bytes:
    """One physical line; of a line over the bound only its start is kept, the rest is skipped."""
    line = stream.readline(LINE_BYTES_MAX + 1)
    tail = line
    while len(tail) > LINE_BYTES_MAX and not tail.endswith(b"\n"):
        tail = stream.readline(LINE_BYTES_MAX + 1)
    return line


def decode(line: bytes) -> str | None:
    """The text of a line without its end; None where it is too long or not UTF-8."""
    if len(line) > LINE_BYTES_MAX:
        return None
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return None
