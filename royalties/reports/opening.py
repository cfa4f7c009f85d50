"""Opens a report in whatever form it comes: CSV, JSON lines or DDEX, packed with gzip or not.

The form follows from the first bytes, never from a file's name.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.errors import BadInput
from royalties.models import Reject, UsageRow
from royalties.reports.dsr import read_dsr
from royalties.reports.jsonlines import read_json
from royalties.reports.lines import BlockReader, LineReader
from royalties.reports.mapping import OURS, ColumnMapping
from royalties.reports.rejected import is_mended, read_mended
from royalties.usage import Header, read_header, read_rows

UNPACKED_BYTES_MAX = 16 * 1024**3
_GZIP = b"\x1f\x8b"
_PEEK = 4096
_BLOCK = 1 << 16


class Form(StrEnum):
    """How a report is written."""

    CSV = "csv"
    JSON = "json"
    DSR = "dsr"


@dataclass(frozen=True, slots=True)
class Opened:
    """A report whose form is known; a CSV has its header."""

    form: Form
    rows: Iterator[UsageRow | Reject]
    header: Header | None = None

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns of a CSV that nothing reads."""
        return () if self.header is None else self.header.ignored


class _Bytes(io.RawIOBase):
    """A reader as a raw stream, so that lines are cut and gzip reads in blocks."""

    def __init__(self, source: BlockReader) -> None:
        self._source = source

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the next block."""
        piece = self._source.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class _Unpacked:
    """A packed report as it was, no more than a bound of bytes."""

    def __init__(self, source: gzip.GzipFile) -> None:
        self._source = source
        self._left = UNPACKED_BYTES_MAX

    def read(self, size: int = -1, /) -> bytes:
        """Read as a file does; raises BadInput for what is no gzip or unpacks without end."""
        try:
            block = self._source.read(size)
        except (OSError, EOFError, zlib.error) as exc:
            raise _damaged("is damaged or was cut off") from exc
        self._left -= len(block)
        if self._left < 0:
            raise _damaged("unpacks to more than can be read")
        return block


def open_report(source: BlockReader, mapping: ColumnMapping = OURS) -> Opened:
    """Find out how a report is written and read it; raises `BadInput` for none of the forms."""
    stream = io.BufferedReader(_Bytes(source), _BLOCK)
    reader: LineReader = stream
    first = stream.peek(_PEEK)
    if first.startswith(_GZIP):
        packed = gzip.GzipFile(fileobj=stream)
        buffered = io.BufferedReader(_Bytes(_Unpacked(packed)), _BLOCK)
        reader, first = buffered, buffered.peek(_PEEK)
    begun = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begun.startswith((b"HEAD\t", b"#HEAD", b"HEAD.")):
        return Opened(Form.DSR, read_dsr(reader, mapping))
    if begun.startswith(b"{"):
        return Opened(Form.JSON, read_json(reader, mapping))
    if is_mended(begun):
        return Opened(Form.JSON, read_mended(reader, mapping))
    header = read_header(reader, mapping)
    return Opened(Form.CSV, read_rows(reader, header), header)


def _damaged(what: str) -> BadInput:
    return BadInput(
        f"The packed report {what}.",
        next_step="Pack it again with gzip, or send it as it is.",
        code="bad-usage-header",
    )
