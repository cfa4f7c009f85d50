"""The archive of past vectors: opened for a worker under a declared purpose, kept up to date.

What may no longer be searched is dropped whenever the archive is brought up to date, which is
before each use: expired vectors on their day, erased ones with the row that held them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import Session

from core.db import Database
from core.errors import BadProof, Broken
from core.principal import SearchCapability
from core.vault import Vault
from fingerprint.archive import Archive, Nearness, Past
from registry.service.indexfile import LOG, IndexFile, State
from registry.service.seals import open_trace
from registry.store import traces

_AT_ONCE = 500


class ArchiveCache:
    """The vectors of every tenant's scans in memory; one per worker, used by one thread."""

    def __init__(self, near: Mapping[str, Nearness], file: IndexFile | None = None) -> None:
        """With a `file` the first refresh begins with what is in it, if it still fits."""
        self.file_state = State.MISSING
        self._near = near
        self._archive = Archive(near)
        self._file = file
        self._is_first = True

    def refresh(
        self, session: Session, vault: Vault, capability: SearchCapability, *, at: datetime
    ) -> Archive:
        """The archive as of the session's snapshot; only vectors that are new are opened.

        Raises `BadProof` when a sealed row was tampered with.
        """
        if self._is_first:
            self.restore(vault)
        kept = traces.kept_ids(session, capability, at=at)
        held = self._archive.held
        self._archive.keep_only(kept)
        missing = sorted(kept - held)
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            self._archive.add(_opened(session, vault, capability, some, at))
        if self._file is not None:
            self._file.moved_on(changed=len(missing), gone=len(held - kept))
        return self._archive

    @property
    def is_due(self) -> bool:
        """Whether the file is worth writing again."""
        return self._file is not None and self._file.is_due(len(self._archive))

    def save(
        self, db: Database, vault: Vault, capability: SearchCapability, *, at: datetime
    ) -> Archive:
        """Write the file, as of now, and give what is in it.

        Raises NotFound where a vector was erased meanwhile, BadProof for a row that was tampered
        with.
        """
        if self._file is None:
            raise Broken("This cache has no file to be saved in.")
        self._is_first = False  # what the file holds now is about to be destroyed
        self._file.begin(vault)
        with db.read() as session:
            archive = self.refresh(session, vault, capability, at=at)
        stamp = {"compared": archive.compared()}
        self._file.write(vault, stamp, archive.stored(), {})
        return archive

    def restore(self, vault: Vault) -> Archive:
        """The archive as the file has it, empty where there is none that fits."""
        self._is_first = False
        if self._file is not None:
            self._restore(vault, self._file)
        return self._archive

    def _restore(self, vault: Vault, file: IndexFile) -> None:
        """A trace never changes under its id, so only how vectors are compared must be the same."""
        compared = self._archive.compared()
        found = file.load(vault, lambda stamp: stamp.get("compared") == compared)
        self.file_state = found.state
        try:
            self._archive.restore(found.shelves)
        except BadProof as error:
            LOG.warning("%s; built again from the database", error.message)
            self.file_state = State.DAMAGED
            self._archive = Archive(self._near)
            file.moved_on(changed=0, gone=1)


def _opened(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    trace_ids: list[str],
    at: datetime,
) -> Iterator[Past]:
    for row in traces.kept_traces(session, capability, trace_ids, at=at):
        trace = open_trace(vault, row)
        if trace is not None:
            yield Past(row.id, row.scan_id, row.modality, row.model_id, trace.template.vector)
