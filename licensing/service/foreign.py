"""Licences of other registries as decisions, certificates and the ledger here rest on them."""

from collections.abc import Collection, Sequence

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.tenants import get_tenant
from licensing.extracts import suspension_of
from licensing.foreign import Told, as_licence, facts_of, in_force, list_urls, under_parents
from licensing.models import Licence, LicenceInForce
from licensing.models_foreign import ForeignLicence
from licensing.service.registries import trusted
from licensing.store import foreign as store
from licensing.store import registries

_EVER = 2**62
ELSEWHERE = ""
"""The licensee of a licence whose holder is nobody in question here."""


def foreign_known(
    session: Session, *, performer_ids: Collection[str], licensee_id: str, up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    """Foreign licences of these performers to this licensee, as they were known at `up_to_seq`."""
    found = _standing(session, performer_ids, licensee_id, up_to_seq)
    return tuple(item for item in found if item.terms.licensee_id == licensee_id)


def foreign_rivals(
    session: Session, *, performer_ids: Collection[str], licensee_id: str, up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    """Foreign licences that promise these performers to somebody else alone."""
    found = _standing(session, performer_ids, licensee_id, up_to_seq)
    return tuple(
        item for item in found if item.terms.exclusive and item.terms.licensee_id != licensee_id
    )


def foreign_licences(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    licence_ids: Collection[str] | None = None,
) -> tuple[tuple[ForeignLicence, LicenceInForce], ...]:
    """Each that the caller gave or holds, with how it stands now."""
    seen = store.seen_by(
        session,
        principal,
        did=_did(session, principal.tenant_id),
        performer_id=performer_id,
        licence_ids=licence_ids,
    )
    standing = {
        item.id: item
        for item in _standing(
            session, {item.performer_id for item in seen}, principal.tenant_id, _EVER
        )
    }
    return tuple((item, standing[item.id]) for item in seen)


def foreign_licence(
    session: Session, principal: Principal, licence_id: str
) -> tuple[ForeignLicence, LicenceInForce]:
    """One of them; raises `NotFound`."""
    found = foreign_licences(session, principal, licence_ids=[licence_id])
    if not found:
        raise NotFound("There is no such licence.", next_step="Check the licence id.")
    return found[0]


def foreign_by_id(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> tuple[Licence, ...]:
    """Those among these ids, in the form of licences of this registry."""
    if not any(name.startswith("flc_") for name in licence_ids):
        return ()
    found = foreign_licences(session, principal, licence_ids=licence_ids)
    return tuple(as_licence(item, standing) for item, standing in found)


def _standing(
    session: Session, performer_ids: Collection[str], licensee_id: str, up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    capability = SearchCapability("foreign-licences", f"seq-{up_to_seq}")
    items = store.of_performers(session, capability, performer_ids, up_to_seq=up_to_seq)
    if not items:
        return ()
    did = _did(session, licensee_id)
    states = store.states(session, capability, [item.id for item in items], up_to_seq=up_to_seq)
    urls = {url for item in items for url in list_urls(facts_of(item))}
    lists = registries.newest_lists(session, capability, urls, up_to_seq=up_to_seq)
    dids = {item.did for item in trusted(session)}
    found = [
        in_force(
            item,
            _told(states[item.id]),
            lists,
            trusted=item.registry in dids,
            licensee_id=licensee_id if did is not None and item.subject_id == did else ELSEWHERE,
        )
        for item in items
    ]
    return under_parents(found, _ids(items))


def _told(state: store.State) -> Told:
    suspensions = tuple(suspension_of(item) for item in state.suspensions)
    return Told(state.revoked_at, state.ends_at, suspensions)


def _ids(items: Sequence[ForeignLicence]) -> dict[str, str]:
    return {item.foreign_id: item.id for item in items}


def _did(session: Session, tenant_id: str) -> str | None:
    try:
        return get_tenant(session, tenant_id).did
    except NotFound:
        return None  # the registry's own housekeeping holds no licence
