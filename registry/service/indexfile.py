"""Gallery and archive as sealed files, so that a worker starts without opening every seal again.

The database is the truth and a file only saves time: one that is damaged, exchanged, older than the
key it needs or of another past of the database is named in the log and built again. Each writing
has a key of its own, which destroys the files before it, and an erasure destroys the present one:
a vector that was erased can be read from no file, wherever copies of it are.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core import sealedfile
from core.errors import BadProof, NotFound
from core.sealedfile import Keys
from fingerprint.index import rows
from fingerprint.index.rows import Rows

LOG = logging.getLogger("ebenbild.index")
FORMAT = "1"
KEPT_MIN = 500  # fewer vectors are opened in less than a second
_CHANGED_SHARE = 0.05  # of the vectors, from which on the file is written again


class Kind(StrEnum):
    """Which vectors a file holds."""

    GALLERY = "gallery"
    ARCHIVE = "archive"


class State(StrEnum):
    """What was found when a file was looked for."""

    GOOD = "good"
    MISSING = "missing"
    DAMAGED = "damaged"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Found:
    """What a file held; nothing unless `state` is GOOD."""

    state: State
    shelves: tuple[Rows, ...] = ()
    about: Mapping[str, Any] | None = None
    stamp: Mapping[str, str] | None = None


def file_bytes(folder: Path) -> dict[str, int]:
    """How large the file of each kind is that is there."""
    paths = {kind.value: path_of(folder, kind) for kind in Kind}
    return {kind: path.stat().st_size for kind, path in paths.items() if path.is_file()}


def path_of(folder: Path, kind: Kind) -> Path:
    """Where the file of a kind lies."""
    return folder / f"{kind}.sealed"


class IndexFile:
    """One file, and how far what is in memory has moved on from it."""

    def __init__(self, folder: Path, kind: Kind, *, kept_min: int = KEPT_MIN) -> None:
        self.path = path_of(folder, kind)
        self.kind = kind
        self._kept_min = kept_min
        self._changed = 0
        self._lost = True

    @property
    def subject_id(self) -> str:
        """Whose key seals the file."""
        return subject_of(self.kind)

    def load(self, keys: Keys, fits: Callable[[Mapping[str, str]], bool]) -> Found:
        """The file, proven; `fits` says of its stamp whether it belongs to this database now."""
        found = self._load(keys, fits)
        self._lost = found.state is not State.GOOD
        self._changed = 0
        return found

    def moved_on(self, *, changed: int, gone: int) -> None:
        """Tell that vectors came or changed, or that some must not be in the file any more."""
        self._changed += changed + gone
        self._lost = self._lost or gone > 0

    def is_due(self, held: int) -> bool:
        """Whether it is worth writing again, with `held` vectors in memory."""
        return held >= self._kept_min and (self._lost or self._changed > _CHANGED_SHARE * held)

    def begin(self, keys: Keys) -> None:
        """Start a writing, before its vectors are read: an erasure from here on makes it fail."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shred(keys, self.kind)
        keys.readmit(self.subject_id)

    def write(
        self,
        keys: Keys,
        stamp: Mapping[str, str],
        shelves: Iterable[Rows],
        about: Mapping[str, Any],
    ) -> None:
        """Write what was read since `begin`; raises NotFound where something was erased since."""
        said = {"format": FORMAT, "kind": self.kind.value, **stamp}
        data = rows.to_bytes(list(shelves), dict(about))
        sealedfile.write(self.path, keys, self.subject_id, said, data)
        self._lost, self._changed = False, 0

    def _load(self, keys: Keys, fits: Callable[[Mapping[str, str]], bool]) -> Found:
        if not self.path.is_file():
            return Found(State.MISSING)
        try:
            stamp = sealedfile.read_stamp(self.path)
            if (stamp.get("format"), stamp.get("kind")) != (FORMAT, self.kind.value):
                return self._refused(State.DAMAGED, "it is another file")
            if not fits(stamp):
                return self._refused(State.STALE, "the database has moved on without it")
            data = bytearray()
            for block in sealedfile.read(self.path, keys, self.subject_id, stamp):
                data += block
            shelves, about = rows.from_bytes(data)
        except BadProof as error:
            return self._refused(State.DAMAGED, error.message)
        except NotFound as error:
            return self._refused(State.STALE, error.message)
        return Found(State.GOOD, tuple(shelves), about, stamp)

    def _refused(self, state: State, why: str) -> Found:
        LOG.warning("%s is %s (%s); built again from the database", self.path.name, state, why)
        return Found(state)


def subject_of(kind: Kind) -> str:
    """The subject of the vault under whose key a file of this kind lies."""
    return f"index:{kind}"


def shred(keys: Keys, *kinds: Kind) -> None:
    """Make the files of these kinds unreadable, copies and backups included."""
    for kind in kinds:
        keys.erase(subject_of(kind))
