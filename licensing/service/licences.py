"""Licences and their drafts as they are read: by their parties, at a number, as a status list."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.errors import NotFound
from core.keys import PrivateKey
from core.principal import Principal, require
from licensing.credential import status_url
from licensing.drafting import (
    Draft,
    signers,
    signing_request,
)
from licensing.models import Licence, LicenceDraft, LicenceInForce, Terms
from licensing.service.conformity import doubts, findings
from licensing.service.foreign import foreign_by_id, foreign_known
from licensing.service.parties import parties_at
from licensing.service.scopes import as_ended
from licensing.status import bits_with
from licensing.statuslist import signed_status_list
from licensing.store import licences as store
from licensing.token import seal_token
from registry.service.heldkeys import key_named

SCOPE = "licences"
EVER = 2**62  # beyond every sequence number: whatever is known


def get_licence(session: Session, principal: Principal, licence_id: str) -> Licence:
    """One signed licence, for either party; raises `NotFound`."""
    licence = store.licence(session, principal, licence_id)
    if licence is None:
        raise _no_licence()
    return licence


def licence_token(
    session: Session, registry_key: PrivateKey, principal: Principal, licence_id: str
) -> bytes:
    """A signed licence as `vc+jwt`, for either party; raises `NotFound`."""
    return seal_token(get_licence(session, principal, licence_id).signed, registry_key)


def get_draft(
    session: Session, principal: Principal, licence_id: str, signer: str | None = None
) -> LicenceDraft:
    """A draft as it was first given out, for the performer's key or another signer's.

    Raises `NotFound`, also for somebody who is not asked to sign.
    """
    require(principal, SCOPE)
    draft = own_draft(session, principal, licence_id)
    if signer is not None and signer not in signers(draft):
        raise NotFound(
            "This key is not asked to sign the licence.",
            next_step="Sign with the key of the performer or of a guardian whom it names.",
        )
    drafted_at, terms = draft.licence.recorded_at, draft.licence.terms
    held = key_named(session, draft.licence.performer_did)
    parties = parties_at(session, principal, terms.performer_id, drafted_at, held=held)
    found = findings(terms, parties, drafted_at)
    return replace(signing_request(draft, signer), doubts=doubts(found))


def awaiting(session: Session, principal: Principal, licence_id: str) -> tuple[str, ...]:
    """The did:keys whose signatures a draft waits for; empty once it is a licence."""
    if store.licence(session, principal, licence_id) is not None:
        return ()
    draft = own_draft(session, principal, licence_id)
    waiting = store.signatures(session, principal, licence_id)
    return tuple(did for did in signers(draft) if did not in waiting)


def draft_terms(session: Session, principal: Principal, licence_id: str) -> Terms:
    """The terms that a draft of the caller's own holds; raises `NotFound`."""
    return own_draft(session, principal, licence_id).licence.terms


def list_licences(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[Licence]:
    """Signed licences that the caller is a party of, newest first; page on with the last seq."""
    return store.licences(
        session,
        principal,
        performer_id=performer_id,
        before_seq=before_seq,
        limit=min(limit, store.ROWS_MAX),
    )


def licences_by_id(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> tuple[Licence, ...]:
    """The signed licences among these ids that the caller is a party of, foreign ones too."""
    own = store.by_ids(session, principal, licence_ids)
    return (*own, *foreign_by_id(session, principal, licence_ids))


def given_in_force(
    session: Session, principal: Principal, performer_id: str, *, at: datetime
) -> tuple[LicenceInForce, ...]:
    """What one of the caller's performers gave that is neither revoked nor over."""
    found = as_ended(session, store.of_performer(session, principal, performer_id), EVER)
    return tuple(item for item in found if item.revoked_at is None and item.terms.valid_until > at)


def licences_known(
    session: Session,
    principal: Principal,
    *,
    performer_ids: Collection[str],
    licensee_id: str,
    up_to_seq: int,
) -> tuple[LicenceInForce, ...]:
    """Licences from these performers to the licensee, as they were known at `up_to_seq`.

    Expired and revoked ones are among them, and those that other registries issued; `principal` is
    a party or acts for one.
    """
    found = store.known(
        session,
        principal,
        performer_ids=performer_ids,
        licensee_id=licensee_id,
        up_to_seq=up_to_seq,
    )
    elsewhere = foreign_known(
        session, performer_ids=performer_ids, licensee_id=licensee_id, up_to_seq=up_to_seq
    )
    return (*as_ended(session, found, up_to_seq), *elsewhere)


def status_list_credential(
    session: Session,
    registry_key: PrivateKey,
    *,
    base_url: str,
    now: datetime,
    number: int = 1,
) -> bytes:
    """The signed status list with this number, for anyone; raises `NotFound` for a later one."""
    # Load.
    if not 1 <= number <= store.newest_status_list(session):
        raise NotFound("There is no such status list.", next_step="Start with list 1.")
    revoked = store.revoked_indices(session, number)
    # Decide.
    return signed_status_list(
        registry_key, url=status_url(base_url, number), bits=bits_with(revoked), valid_from=now
    )


def own_draft(session: Session, principal: Principal, licence_id: str) -> Draft:
    """A draft of the caller's own with what it was made of; raises `NotFound`."""
    draft = store.draft(session, principal, licence_id)
    if draft is None:
        raise _no_licence()
    return draft


def _no_licence() -> NotFound:
    return NotFound("There is no such licence.", next_step="Check the licence id.")
