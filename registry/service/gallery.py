"""The gallery of all prints: opened for a worker under a declared purpose, kept up to date.

Opening thousands of seals takes seconds, so a worker keeps what it opened and asks only for what
changed. What was withdrawn since is dropped before every search, and a print whose consent has
run out is not searched.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from core.errors import NotAllowed
from core.principal import SearchCapability
from core.vault import Vault
from fingerprint.gallery import Gallery, GalleryEntry
from registry.service.seals import open_template
from registry.store import prints
from registry.store.prints import SealedTemplate


class GalleryCache:
    """The prints of every tenant in memory; one per worker, used by one thread at a time."""

    def __init__(self) -> None:
        self.gallery = Gallery()
        self.seq = 0
        self._held: set[str] = set()

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
        rows = prints.sealed_templates(session, capability, above_seq=self.seq, at=at)
        changed = list(entries_of(vault, rows))
        for print_id in (self._held - live) | {entry.print_id for entry in changed}:
            self.gallery.remove(print_id)
        if self._held & live:
            for entry in changed:
                self.gallery.add(entry)
        else:
            self.gallery = Gallery(changed)
        self._held = (self._held & live) | {entry.print_id for entry in changed}
        self.seq = newest
        return newest


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
    rows = prints.sealed_templates(session, capability, up_to_seq=up_to_seq, at=at)
    entries = list(entries_of(vault, rows))
    return entries, newest if up_to_seq is None else min(newest, up_to_seq)


def entries_of(vault: Vault, rows: Iterator[SealedTemplate]) -> Iterator[GalleryEntry]:
    """Prints of sealed templates that come print by print, opened one after the other."""
    for print_id, group in groupby(rows, key=lambda row: row.print_id):
        templates = tuple(open_template(vault, row) for row in group)
        first = templates[0]
        yield GalleryEntry(print_id, first.modality, first.model_id, templates)


def _check(capability: SearchCapability) -> None:
    if not capability.purpose or not capability.reference:
        raise NotAllowed(
            "Searching all prints needs a declared purpose and a reference.",
            next_step="Name the scan or job on whose behalf the search runs.",
            code="no-purpose",
        )
