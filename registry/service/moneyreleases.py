"""Releasing a child's blocked money: all guardians sign; a guardian alone needs the court's order.

Whoever could see a theft is a child, so nobody releases alone. Any one guardian ends a release,
as any one withdraws a consent; what was paid by then stays paid.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, log, notices
from core.canonical import canonical
from core.clock import to_text
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, holds, require
from core.visibility import owns
from registry.cosigning import require_same, to_sign, with_proofs
from registry.minority import minority_in
from registry.models.guardianship import Guardian, MoneyRelease
from registry.models.people import SigningRequest
from registry.moneyrelease import needs_court, release_document, release_ends
from registry.proofing.sufficiency import Demands
from registry.service.attesting import ATTEST, attester_of
from registry.service.guardians import guardians_due
from registry.store import moneyreleases as store
from registry.store import people

SCOPE = "performers"
RELEASED, ENDED = "money.released", "money.release.ended"


def draft_release(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    valid_until: datetime,
    base_url: str,
    now: datetime,
) -> SigningRequest:
    """What all guardians are to sign; nothing is paid before they did.

    Raises `Conflict` for whoever is no minor and while custody is unproved, `BadInput` for a
    release without an end within a year.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    due = guardians_due(session, principal, performer_id, now)
    minority = minority_in(performer)
    # Decide.
    if minority is None or not due:
        raise Conflict(
            "Only a minor's money is blocked in this way.",
            next_step="Look up what holds it: ebenbild report money.",
            code="not-a-minor",
        )
    ends, release_id = release_ends(minority, valid_until, now), new_id("mrl")
    document = release_document(
        release_id, performer_id, due, base_url=base_url, valid_until=ends, at=now
    )
    item = MoneyRelease(
        id=release_id,
        tenant_id=performer.tenant_id,
        performer_id=performer_id,
        guardians=tuple(one.did for one in due),
        document=document,
        valid_until=ends,
        drafted_at=now,
    )
    # Save.
    store.add_release(session, item)
    return to_sign(item.id, document, item.guardians, to_text(now))


def sign_release(
    session: Session,
    principal: Principal,
    release_id: str,
    signatures: Mapping[str, bytes],
    *,
    now: datetime,
) -> MoneyRelease:
    """Keep the signatures of all guardians, by verification method; two of them release.

    Raises `BadProof` when one is missing or does not hold, `Conflict` when it is signed already or
    other people have custody by now.
    """
    # Load.
    item = _own(session, principal, release_id)
    people.require_standing(session, principal, item.performer_id)
    due = guardians_due(session, principal, item.performer_id, now)
    # Decide.
    if item.signed is not None:
        raise Conflict("This release is signed already.", next_step="Draft another.")
    require_same(item.guardians, due)
    signed = with_proofs(item.document, item.guardians, signatures, to_text(item.drafted_at))
    made = replace(item, signed=canonical(signed), signed_at=now)
    # Save.
    return _stand(session, principal, made, due, now)


def attest_release(
    session: Session, principal: Principal, release_id: str, *, demands: Demands, now: datetime
) -> MoneyRelease:
    """Vouch for having read the court's order that lets the only guardian release the money.

    Raises `Conflict` where nothing waits for it and for the guardian, `NotAllowed` where the
    registry has a staff and the caller is no attester.
    """
    # Load.
    if not demands.single_operator:
        require(principal, ATTEST)
    item = get_release(session, principal, release_id)
    attester = attester_of(principal, demands)
    side = replace(principal, tenant_id=item.tenant_id)
    due = guardians_due(session, side, item.performer_id, now)
    # Decide.
    if item.signed_at is None or item.released_at is not None or item.ended_at is not None:
        raise Conflict("Nothing waits for a court's order here.", next_step="Read the release.")
    require_same(item.guardians, due)
    if attester in {one.person for one in due}:
        raise Conflict("Nobody vouches for himself.", next_step="Somebody else must.")
    made = replace(item, attester=attester, single_operator=demands.single_operator)
    # Save.
    return _stand(session, principal, made, due, now)


def end_release(
    session: Session, principal: Principal, release_id: str, *, now: datetime
) -> MoneyRelease:
    """Block the money again from now on; raises `Conflict` for what is not signed or over."""
    # Load.
    item = _own(session, principal, release_id)
    # Decide.
    if item.signed_at is None or item.ended_at is not None or item.valid_until <= now:
        raise Conflict("This release is not in force.", next_step="Nothing more is needed.")
    ended = replace(item, ended_at=now)
    # Save.
    store.save_standing(session, SearchCapability("money-release", item.id), ended)
    _tell(session, principal, ended, ENDED, now)
    return ended


def releases_of(
    session: Session, principal: Principal, performer_id: str
) -> tuple[MoneyRelease, ...]:
    """Signed releases of the caller's performer, newest first."""
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    return store.releases_of(session, principal, performer_id)


def get_release(session: Session, principal: Principal, release_id: str) -> MoneyRelease:
    """One release of the caller's side, or before an attester anybody's; raises `NotFound`."""
    if holds(principal, ATTEST):
        return store.get_release(session, SearchCapability("attestation", release_id), release_id)
    return _own(session, principal, release_id)


def _own(session: Session, principal: Principal, release_id: str) -> MoneyRelease:
    require(principal, SCOPE)
    found = store.get_release(session, SearchCapability("money-release", release_id), release_id)
    if not owns(found, principal):
        raise NotFound("There is no such release.", next_step="Check the id of the release.")
    return found


def _stand(
    session: Session,
    principal: Principal,
    item: MoneyRelease,
    due: tuple[Guardian, ...],
    now: datetime,
) -> MoneyRelease:
    """Keep what was signed or read; the money is free once a second person stands behind it."""
    free = item.attester is not None or not needs_court(due)
    made = replace(item, released_at=now) if free else item
    store.save_standing(session, SearchCapability("money-release", item.id), made)
    if free:
        _tell(session, principal, made, RELEASED, now)
    return made


def _tell(
    session: Session, principal: Principal, item: MoneyRelease, what: str, now: datetime
) -> None:
    """One entry for those who look after the registry, one leaf, one notice to the child's side."""
    facts = {"until": to_text(item.valid_until)}
    told = {"performer": item.performer_id, "release": item.id, **facts}
    audit.record(
        session, principal, action=what, subject_id=item.performer_id, details=told, now=now
    )
    log.append(session, kind=what, subject_id=item.performer_id, payload=told, at=now)
    notices.notify(
        session,
        tenant_id=item.tenant_id,
        person=None,
        kind=what,
        subject_id=item.performer_id,
        facts=facts,
        now=now,
    )
