"""The gallery of all prints: opened for a worker under a declared purpose, kept up to date.

Opening thousands of seals takes seconds, so a worker keeps what it opened and asks only for what
changed; a sealed file lets the next worker begin with that. What was withdrawn since is dropped
before every search, and a print whose consent has run out is not searched.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from core import log
from core.canonical import canonical
from core.db import Database
from core.errors import Broken, NotAllowed, NotFound
from core.principal import SearchCapability
from core.vault import Vault
from fingerprint.gallery import Gallery, GalleryEntry
from registry.service.indexfile import IndexFile, State
from registry.service.seals import open_template
from registry.store import prints, printtemplates
from registry.store.printtemplates import SealedTemplate


class GalleryCache:
    """The prints of every tenant in memory; one per worker, used by one thread at a time."""

    def __init__(self, file: IndexFile | None = None) -> None:
        """With a `file` the first refresh begins with what is in it, if it still belongs here."""
        self.gallery = Gallery()
        self.seq = 0
        self.opened = 0  # templates whose seal was opened, over all refreshes
        self.file_state = State.MISSING
        self._file = file
        self._is_first = True
        self._held: frozenset[str] = frozenset()
        self._live: frozenset[str] = frozenset()

    def refresh(
        self, session: Session, vault: Vault, capability: SearchCapability, *, at: datetime
    ) -> int:
        """Bring `gallery` to the session's snapshot; returns the gallery_seq to save with it.

        Templates of unchanged prints are not opened again. Raises `NotAllowed` for a capability
        without purpose or reference, `BadProof` when a sealed row was tampered with.
        """
        _check(capability)
        newest = prints.gallery_seq(session, capability)
        live = prints.live_prints(session, capability, at=at)
        known = self._restored(session, vault, capability) if self._is_first else None
        changed = self._changed(session, vault, capability, at)
        if known is not None and live - known - {entry.print_id for entry in changed}:
            self._begin_anew(State.STALE)  # prints that the file does not know, nor came later
            changed = self._changed(session, vault, capability, at)
        self._is_first = False
        self._take(changed, live)
        self.seq = newest
        return newest

    @property
    def is_due(self) -> bool:
        """Whether the file is worth writing again."""
        return self._file is not None and self._file.is_due(len(self.gallery))

    def save(
        self, db: Database, vault: Vault, capability: SearchCapability, *, at: datetime
    ) -> None:
        """Write the file, as of now; raises NotFound where a print was erased meanwhile."""
        if self._file is None:
            raise Broken("This cache has no file to be saved in.")
        self._is_first = False  # what the file holds now is about to be destroyed
        self._file.begin(vault)
        with db.read() as session:
            self.refresh(session, vault, capability, at=at)
            stamp = _stamp(session, capability, self.seq)
        self._file.write(vault, stamp, self.gallery.stored(), {"known": sorted(self._live)})

    def _changed(
        self, session: Session, vault: Vault, capability: SearchCapability, at: datetime
    ) -> list[GalleryEntry]:
        rows = printtemplates.sealed_templates(session, capability, above_seq=self.seq, at=at)
        found = list(entries_of(vault, rows))
        self.opened += sum(len(entry.templates) for entry in found)
        return found

    def _take(self, changed: list[GalleryEntry], live: frozenset[str]) -> None:
        gone = self._held - live
        for print_id in gone | {entry.print_id for entry in changed}:
            self.gallery.remove(print_id)
        if self._held & live:
            for entry in changed:
                self.gallery.add(entry)
        else:
            self.gallery = Gallery(changed)
        self._held = (self._held & live) | {entry.print_id for entry in changed}
        self._live = live
        if self._file is not None:
            self._file.moved_on(changed=len(changed), gone=len(gone))

    def _restored(
        self, session: Session, vault: Vault, capability: SearchCapability
    ) -> frozenset[str] | None:
        """Begin with the file, if it fits; returns all prints that could be searched then."""
        if self._file is None:
            return None

        def fits(stamp: Mapping[str, str]) -> bool:
            return _belongs(session, capability, stamp)

        found = self._file.load(vault, fits)
        self.file_state = found.state
        if found.about is None or found.stamp is None:
            return None
        self.gallery = Gallery.restored(found.shelves)
        self._held = self.gallery.print_ids
        self.seq = int(found.stamp["gallery_seq"])
        return frozenset(found.about["known"])

    def _begin_anew(self, state: State) -> None:
        self.gallery, self.seq, self._held = Gallery(), 0, frozenset()
        self.file_state = state
        if self._file is not None:
            self._file.moved_on(changed=0, gone=1)


def load_gallery(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    *,
    up_to_seq: int | None = None,
    at: datetime,
) -> tuple[list[GalleryEntry], int]:
    """(every print as it is searched, gallery_seq), opened anew; see `GalleryCache` for workers.

    With `up_to_seq` templates that came later are left out.
    """
    _check(capability)
    newest = prints.gallery_seq(session, capability)
    rows = printtemplates.sealed_templates(session, capability, up_to_seq=up_to_seq, at=at)
    entries = list(entries_of(vault, rows))
    return entries, newest if up_to_seq is None else min(newest, up_to_seq)


def entries_of(vault: Vault, rows: Iterator[SealedTemplate]) -> Iterator[GalleryEntry]:
    """Prints of sealed templates that come print by print, opened one after the other."""
    for print_id, group in groupby(rows, key=lambda row: row.print_id):
        templates = tuple(open_template(vault, row) for row in group)
        first = templates[0]
        yield GalleryEntry(print_id, first.modality, first.model_id, templates)


def _stamp(session: Session, capability: SearchCapability, seq: int) -> dict[str, str]:
    """What the prints of this snapshot rest on: their newest number, the log and the encoders."""
    size, root = log.root(session)
    return {
        "gallery_seq": str(seq),
        "log_size": str(size),
        "log_root": root,
        "encoders": _encoders(session, capability),
    }


def _belongs(session: Session, capability: SearchCapability, stamp: Mapping[str, str]) -> bool:
    """Whether the database holds the past that the stamp speaks of, and no other one."""
    try:
        size, seq = int(stamp["log_size"]), int(stamp["gallery_seq"])
        _, root = log.root(session, size)
    except (KeyError, ValueError, NotFound):
        return False
    return (
        root == stamp.get("log_root")
        and seq <= prints.gallery_seq(session, capability)
        and stamp.get("encoders") == _encoders(session, capability)
    )


def _encoders(session: Session, capability: SearchCapability) -> str:
    """A digest of the encoders, by name and sha256, of which there are templates."""
    found = sorted(printtemplates.template_encoders(session, capability))
    return hashlib.sha256(canonical([list(pair) for pair in found])).hexdigest()


def _check(capability: SearchCapability) -> None:
    if not capability.purpose or not capability.reference:
        raise NotAllowed(
            "Searching all prints needs a declared purpose and a reference.",
            next_step="Name the scan or job on whose behalf the search runs.",
            code="no-purpose",
        )
