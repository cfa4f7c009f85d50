"""The list of erased keys: a file of its own, so that no restore brings back what was erased.

A backup of the keystore holds keys that were erased after it was made. Each erasure is written here
first and then carried out, one line each, and whoever restores is refused the keys that are named.
Keep copies of this file longer than any backup: it holds ids and no secret.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from core import files
from core.errors import Unavailable

ERASURES_FILE = "erasures.jsonl"


class ErasureList:
    """The file of erased keys; only ever longer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def size(self) -> int:
        """Bytes in the file; 0 while nothing was erased."""
        return self._path.stat().st_size if self._path.is_file() else 0

    def add(self, subject_id: str, key_ids: Collection[bytes], at: str) -> None:
        """Name keys as erased, durably; the caller holds the keystore's write lock."""
        ids = sorted(key_id.hex() for key_id in key_ids)
        line = json.dumps({"subject": subject_id, "keys": ids, "at": at}).encode() + b"\n"
        if not self._path.exists():
            files.create_private(self._path, b"")
        with self._path.open("ab") as file:
            # A line that a power cut left unfinished must not swallow this one.
            file.write(line if self._ends_whole() else b"\n" + line)
            file.flush()
            os.fsync(file.fileno())

    def key_ids(self) -> frozenset[bytes]:
        """Every key that was erased."""
        return frozenset(self._read())

    def take_over(self, lines: Iterable[str]) -> None:
        """Add what another copy of the list names and this one does not."""
        have = set(self._lines())
        for line in lines:
            if line not in have and _parsed(line) is not None:
                entry = json.loads(line)
                keys = [bytes.fromhex(key) for key in entry["keys"]]
                self.add(str(entry["subject"]), keys, str(entry["at"]))

    def lines(self) -> tuple[str, ...]:
        """The whole lines of the file."""
        return tuple(self._lines())

    def _ends_whole(self) -> bool:
        if self.size == 0:
            return True
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _lines(self) -> Iterator[str]:
        if self._path.is_file():
            # It holds no secret: a copy from elsewhere is not refused for its mode.
            yield from self._path.read_text("utf-8", "replace").splitlines()

    def _read(self) -> Iterator[bytes]:
        for number, line in enumerate(self._lines(), start=1):
            found = _parsed(line)
            # A line without its end was cut off by a crash, and its erasure was done again later.
            if found is None and line.endswith("}"):
                raise Unavailable(
                    f"{self._path.name} is damaged at line {number}",
                    next_step="restore the list of erasures from its newest copy",
                    code="bad-erasure-list",
                )
            yield from found or ()


def _parsed(line: str) -> tuple[bytes, ...] | None:
    """The keys a line names; nothing for a line that was never finished."""
    try:
        return tuple(bytes.fromhex(key) for key in json.loads(line)["keys"])
    except (ValueError, KeyError, TypeError):
        return None
