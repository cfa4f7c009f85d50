"""Certificates that a studio opens to everybody: found by recording, read by whoever has one.

Nothing is open unless its studio said so, and then only once the release day is over: before, a
title is the studio's secret. What fell before its release is never open.
"""

from datetime import UTC, datetime

from sqlmodel import Session

from core.db import next_seq
from core.errors import BadProof, Conflict, NotFound
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from licensing.certificatestate import released_at
from licensing.models_certificate import Certificate, CertificateState
from licensing.service.certificates import get_certificate
from licensing.service.certificatestates import facts_of, how_it_stands
from licensing.service.clearances import SCOPE
from licensing.store import certificates
from licensing.store import publications as store
from licensing.store.publications import Open
from registry.models.works import Stage
from registry.service.filemanifests import open_manifest

OPEN_MAX = 2_000


def publish(
    session: Session, principal: Principal, clearance_id: str, *, shown: bool, now: datetime
) -> Certificate:
    """Open the certificate of a decision to everybody, or close it; a second call changes nothing.

    Raises `NotFound` without a certificate, `Conflict` for one that is void or of no release.
    """
    # Load.
    item, found = get_certificate(session, principal, clearance_id, now=now)
    require(principal, SCOPE)
    # Decide.
    if shown == store.is_open(session, principal, item.id):
        return item
    if shown and found.state is CertificateState.VOID:
        raise Conflict("The certificate is void.", next_step="Have the title decided on again.")
    if shown and facts_of(item).release.stage != Stage.RELEASE.value:
        raise Conflict(
            "The certificate is for a pitch or a test, which stay among those who are shown it.",
            next_step="Publish the certificate of the release.",
        )
    # Save.
    store.add(session, item, shown=shown, seq=next_seq(session), at=now)
    return item


def released(session: Session, capability: SearchCapability, now: datetime) -> tuple[Open, ...]:
    """What anybody may look among now, the newest first."""
    return store.released(session, capability, now.astimezone(UTC).date(), limit=OPEN_MAX)


def stands(
    session: Session, capability: SearchCapability, certificate_id: str, *, now: datetime
) -> bool:
    """Whether an open certificate did not fall before its release."""
    item = certificates.anybodys(session, capability, certificate_id)
    found = None if item is None else how_it_stands(session, item, now).state
    return found not in (None, CertificateState.VOID)


def of_print(
    session: Session, capability: SearchCapability, sha256: str, *, now: datetime
) -> tuple[str, ...]:
    """Ids of the open certificates that did not fall and name a print of this SHA-256 (hex)."""
    found = []
    for one in released(session, capability, now):
        item = certificates.anybodys(session, capability, one.certificate_id)
        if item is not None and sha256 in facts_of(item).media.content.values():
            found.append(item.id)
    return tuple(name for name in found if stands(session, capability, name, now=now))


def public_certificate(
    session: Session, capability: SearchCapability, certificate_id: str, *, now: datetime
) -> Certificate:
    """An open certificate that did not fall, after its release; anything else is `NotFound`."""
    item = certificates.anybodys(session, capability, certificate_id)
    if item is None or now < released_at(item.release_at):
        raise _nothing()
    open_now = store.is_open(session, system(item.tenant_id), item.id)
    if not open_now or how_it_stands(session, item, now).state is CertificateState.VOID:
        raise _nothing()
    return item


def public_manifests(session: Session, vault: Vault, item: Certificate) -> bytes | None:
    """The C2PA manifest store that the file of a public certificate carried, as it was signed.

    `None` where it carried none, or it cannot be read any more.
    """
    try:
        return open_manifest(session, vault, system(item.tenant_id), item.submission_id)
    except (BadProof, NotFound):
        return None


def _nothing() -> NotFound:
    return NotFound(
        "There is no such manifest, or it is not public.",
        next_step="Ask for what /c2pa/matches names.",
    )
