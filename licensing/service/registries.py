"""Other registries: their keys pinned by the operator, their status lists taken and kept.

A list is signed by its registry, so anybody may hand one in; only one that is newer counts.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from core import audit, logwitnesses
from core.addresses import URL_CHARACTERS_MAX
from core.canonical import parse_strict
from core.clock import from_text
from core.db import next_seq
from core.errors import BadInput, BadProof, Conflict, NotFound
from core.keys import public_from_did, verification_method
from core.principal import Principal, SearchCapability, require
from core.tlogpolicy import parse_policy
from licensing.bundlecheck import CLOCKS_APART_MAX, Known
from licensing.credential import STATUS_PATH
from licensing.foreign import facts_of, list_urls
from licensing.models_foreign import Concerned, ForeignLicence, KeptList, TrustedRegistry
from licensing.status import decode
from licensing.statuslist import read_status_list
from licensing.store import foreign
from licensing.store import registries as store

SCOPE = "admin"
LISTS = SearchCapability("foreign-status", "lists")
_EVER = 2**62


def pin(
    session: Session,
    principal: Principal,
    did: str,
    *,
    base_url: str,
    policy: str,
    own_did: str,
    now: datetime,
) -> TrustedRegistry:
    """Trust a registry from now on, by its key, its address and the keys of its log.

    Raises `BadProof` for what is no did:key, `BadInput` for its address or policy, `Conflict` for
    this registry itself.
    """
    require(principal, SCOPE)
    public_from_did(did)
    if not base_url.startswith(("https://", "http://")) or len(base_url) > URL_CHARACTERS_MAX:
        raise BadInput(
            "This is no address of a registry.", next_step="Give it as https://registry.example."
        )
    if not parse_policy(policy).logs:
        raise BadInput(
            "The policy names no log.",
            next_step="Fetch the other registry's policy: ebenbild log policy --server URL.",
            code="bad-policy",
        )
    if did == own_did:
        raise Conflict("This is this registry's own key.", next_step="Name another registry.")
    made = store.pin(session, principal, did, base_url=base_url.rstrip("/"), policy=policy, at=now)
    _record(session, principal, "registry.trusted", did, now)
    return made


def end(session: Session, principal: Principal, did: str, *, now: datetime) -> None:
    """Trust a registry no more: what it said leaves doubt from now on. Raises `NotFound`."""
    require(principal, SCOPE)
    if not store.end(session, principal, did, at=now):
        raise NotFound("No registry with this key is trusted.", next_step="List the registries.")
    _record(session, principal, "registry.distrusted", did, now)


def trusted(session: Session) -> tuple[TrustedRegistry, ...]:
    """Registries whose word counts now."""
    found = store.registries(session, LISTS)
    return tuple(item for item in found if item.ended_at is None)


def known(session: Session, at: datetime, *, own_did: str = "") -> Known:
    """Whom this registry trusts, for verifying what others wrote; `own_did` is its own key."""
    found = trusted(session)
    policies = {item.did: parse_policy(item.policy) for item in found}
    if own_did:
        policies[own_did] = logwitnesses.policy(session, 0)
    return Known(
        at=at,
        registry_methods=frozenset(map(verification_method, policies)),
        policies=policies,
        base_urls={item.did: item.base_url for item in found},
    )


def take_list(session: Session, data: bytes, *, replayed: bool = False, now: datetime) -> bool:
    """Keep a status list of a trusted registry; false when it says nothing new for now.

    Raises `BadProof` for one of a registry that is not trusted, of yesterday, or older than the one
    that is kept; where it may be `replayed`, an older one is no fault and says nothing new.
    """
    # Load.
    document = parse_strict(data)
    url, issuer = str(document.get("id")), document.get("issuer")
    owners = [item for item in trusted(session) if item.did == issuer]
    if not owners or not url.startswith(owners[0].base_url + STATUS_PATH):
        raise BadProof(
            "This list is of no registry that is trusted here.",
            next_step="Have the operator pin its key: ebenbild registry trust did:key:...",
            code="registry-not-trusted",
        )
    held = store.newest_lists(session, LISTS, [url], up_to_seq=_EVER).get(url)
    # Decide.
    fresh = _read(data, document, owners[0].did, now)
    if held is not None and fresh.valid_from < held.valid_from:
        if replayed:
            return False
        raise BadProof(
            "A newer list is here already: this one was replayed.",
            next_step="Fetch the list again.",
            code="older-list",
        )
    if held is not None and not _worth_keeping(held, fresh, now):
        return False
    # Save.
    store.add_list(
        session,
        fresh,
        tenant_id=owners[0].tenant_id,
        registry=owners[0].did,
        seq=next_seq(session),
        at=now,
    )
    return True


def due(session: Session) -> tuple[str, ...]:
    """Addresses of all lists that licences known here stand on."""
    return tuple(
        sorted(
            {
                url
                for registry in trusted(session)
                for item in foreign.of_registry(session, LISTS, registry.did)
                for url in list_urls(facts_of(item))
            }
        )
    )


def of_performer(session: Session, performer_id: str) -> tuple[Concerned, ...]:
    """Every foreign licence of one performer."""
    found = foreign.of_performers(session, LISTS, [performer_id], up_to_seq=_EVER)
    return _concerned(found)


def of_registry(session: Session, did: str) -> tuple[Concerned, ...]:
    """Every licence here of one registry."""
    return _concerned(foreign.of_registry(session, LISTS, did))


def standing_on(session: Session, data: bytes) -> tuple[Concerned, ...]:
    """Every licence here that stands on this list."""
    document = parse_strict(data)
    found = foreign.of_registry(session, LISTS, str(document.get("issuer")))
    return _concerned(item for item in found if document.get("id") in list_urls(facts_of(item)))


def _concerned(items: Iterable[ForeignLicence]) -> tuple[Concerned, ...]:
    return tuple(Concerned(item.id, item.performer_id, item.subject_id) for item in items)


def _read(data: bytes, document: dict[str, object], did: str, now: datetime) -> KeptList:
    subject = document.get("credentialSubject")
    purpose = str(subject.get("statusPurpose")) if isinstance(subject, dict) else ""
    url, methods = str(document.get("id")), {verification_method(did)}
    begins = from_text(str(document.get("validFrom")))
    # A registry whose clock is a little ahead is no liar.
    at = begins if now < begins <= now + CLOCKS_APART_MAX else now
    read_status_list(data, url=url, trusted=methods, at=at, purpose=purpose)
    return KeptList(
        url=url,
        purpose=purpose,
        valid_from=begins,
        valid_until=from_text(str(document["validUntil"])),
        document=data,
    )


def _worth_keeping(held: KeptList, fresh: KeptList, now: datetime) -> bool:
    """Whether bits changed, or half of the time is over for which the kept list counts."""
    half: timedelta = (held.valid_until - held.valid_from) / 2
    return now >= held.valid_from + half or _bits(held) != _bits(fresh)


def _bits(kept: KeptList) -> bytes:
    return decode(parse_strict(kept.document)["credentialSubject"]["encodedList"])


def _record(session: Session, principal: Principal, action: str, did: str, now: datetime) -> None:
    audit.record(
        session, principal, action=action, subject_id=did[:64], details={"did": did}, now=now
    )
