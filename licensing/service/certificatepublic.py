"""What anybody who knows a certificate's id is told of it, signed by the registry."""

from datetime import datetime

from sqlmodel import Session

from core.errors import NotFound
from core.principal import SearchCapability
from licensing.certificate import status_list_url
from licensing.certificatestatus import signed_status
from licensing.models_certificate import Certificate, Standing
from licensing.service.certificates import Issuer, no_certificate
from licensing.service.certificatestates import facts_of, how_it_stands
from licensing.status import bits_with
from licensing.statuslist import signed_status_list
from licensing.store import certificates as store


def how_anybodys_stands(
    session: Session, certificate_id: str, *, now: datetime
) -> tuple[Certificate, Standing]:
    """A certificate and how it stands, for whoever knows its id; raises `NotFound`.

    Nothing of what it says may be shown: it is the studio's to hand on.
    """
    capability = SearchCapability("certificate-status", certificate_id)
    item = store.anybodys(session, capability, certificate_id)
    if item is None:
        raise no_certificate()
    return item, how_it_stands(session, item, now)


def signed_state(session: Session, issuer: Issuer, certificate_id: str, *, now: datetime) -> bytes:
    """How a certificate stands, signed, for anybody who knows its id; raises `NotFound`."""
    item, found = how_anybodys_stands(session, certificate_id, now=now)
    facts = facts_of(item)
    return signed_status(
        issuer.registry_key,
        base_url=facts.base_url,
        certificate_id=item.id,
        vc_id=facts.vc_id,
        found=found,
        at=now,
    )


def void_list(session: Session, issuer: Issuer, number: int, *, now: datetime) -> bytes:
    """The signed list of certificates that became void, for anybody; raises `NotFound`."""
    if not 1 <= number <= store.newest_list(session):
        raise NotFound("There is no such status list.", next_step="Start with list 1.")
    return signed_status_list(
        issuer.registry_key,
        url=status_list_url(issuer.base_url, number),
        bits=bits_with(store.void_indices(session, number)),
        valid_from=now,
    )
