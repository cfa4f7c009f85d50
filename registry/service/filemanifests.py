"""C2PA manifest stores of submitted files: kept sealed with the submission, as they were signed.

They name titles and people, so they are the studio's until it opens the title's certificate.
"""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require
from core.resealing import SealedColumn
from core.vault import Vault
from registry.store import filemanifests as store
from registry.store import submissions
from registry.store.filemanifests import FileManifestRow

SCOPE = "submissions"


def keep_manifest(
    session: Session,
    vault: Vault,
    principal: Principal,
    submission_id: str,
    manifests: bytes,
    *,
    now: datetime,
) -> None:
    """Keep the manifest store of a submission's file; a second time changes nothing."""
    require(principal, SCOPE)
    submissions.get_submission(session, principal, submission_id)
    if store.manifest_of(session, principal, submission_id) is None:
        sealed = vault.seal(submission_id, manifests, _bound(principal.tenant_id, submission_id))
        store.add_manifest(session, principal, submission_id, sealed, at=now)


def open_manifest(
    session: Session, vault: Vault, principal: Principal, submission_id: str
) -> bytes | None:
    """The manifest store that a submission's file carried; raises BadProof when tampered with."""
    sealed = store.manifest_of(session, principal, submission_id)
    if sealed is None:
        return None
    return vault.unseal(submission_id, sealed, _bound(principal.tenant_id, submission_id))


def _bound(tenant_id: str, submission_id: str) -> dict[str, str]:
    return {"tenant": tenant_id, "submission": submission_id, "what": "c2pa manifest store"}


SEALED = (
    SealedColumn(
        FileManifestRow,
        "sealed",
        lambda row: (row.submission_id, _bound(row.tenant_id, row.submission_id)),
    ),
)
