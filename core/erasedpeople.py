"""The list of erased people: a file beside the keys, so that a restore erases them again.

A backup of the database holds people who were erased after it was made. The list holds random ids
and times and nothing else; keep its copies longer than any backup.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import files
from core.clock import from_text, to_text
from core.errors import BadInput, Unavailable
from core.settings import Settings

PEOPLE_FILE = "erased-people.jsonl"


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """One line: who was erased, by which erasure, when."""

    performer_id: str
    erasure_id: str
    at: datetime


class ErasedPeople:
    """The file of erased people; only ever longer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, settings: Settings) -> "ErasedPeople":
        """The list of this registry."""
        return cls(settings.keys_dir / PEOPLE_FILE)

    def add(self, performer_id: str, erasure_id: str, at: datetime) -> None:
        """Name somebody as erased, durably; a second time changes nothing."""
        if any(line.performer_id == performer_id for line in self.people()):
            return
        line = {"performer": performer_id, "erasure": erasure_id, "at": to_text(at)}
        if not self._path.exists():
            files.create_private(self._path, b"")
        with self._path.open("ab") as file:
            # A line that a power cut left unfinished must not swallow this one.
            file.write(b"" if self._ends_whole() else b"\n")
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def take_over(self, others: "ErasedPeople") -> None:
        """Add whom another copy of the list names and this one does not."""
        for line in others.people():
            self.add(line.performer_id, line.erasure_id, line.at)

    def people(self) -> tuple[ErasedPerson, ...]:
        """Everybody on the list; raises Unavailable when it is damaged."""
        return tuple(self._read())

    def _read(self) -> Iterator[ErasedPerson]:
        if not self._path.is_file():
            return
        for number, line in enumerate(files.read_private(self._path).splitlines(), start=1):
            # A line without its end was cut off by a crash, and was written again after it.
            if line.endswith(b"}"):
                yield _parsed(line, f"{self._path.name}, line {number}")

    def _ends_whole(self) -> bool:
        data = self._path.read_bytes()
        return not data or data.endswith(b"\n")


def _parsed(line: bytes, where: str) -> ErasedPerson:
    try:
        entry = json.loads(line)
        return ErasedPerson(str(entry["performer"]), str(entry["erasure"]), from_text(entry["at"]))
    except (ValueError, KeyError, TypeError, BadInput) as exc:
        raise Unavailable(
            f"the list of erased people is damaged ({where})",
            next_step="restore the list from its newest copy",
            code="bad-erasure-list",
        ) from exc
