"""The archive of past vectors: opened for a worker under a declared purpose, kept up to date.

What may no longer be searched is dropped whenever the archive is brought up to date, which is
before each use: expired vectors on their day, erased ones with the row that held them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import Session

from core.principal import SearchCapability
from core.vault import Vault
from fingerprint.archive import Archive, Nearness, Past
from registry.service.seals import open_trace
from registry.store import traces

_AT_ONCE = 500


class ArchiveCache:
    """The vectors of every tenant's scans in memory; one per worker, used by one thread."""

    def __init__(self, near: Mapping[str, Nearness]) -> None:
        self._archive = Archive(near)

    def refresh(
        self, session: Session, vault: Vault, capability: SearchCapability, *, at: datetime
    ) -> Archive:
        """The archive as of the session's snapshot; only vectors that are new are opened.

        Raises `BadProof` when a sealed row was tampered with.
        """
        kept = traces.kept_ids(session, capability, at=at)
        self._archive.keep_only(kept)
        missing = sorted(kept - self._archive.held)
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            self._archive.add(_opened(session, vault, capability, some, at))
        return self._archive


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
