"""Requests: a studio asks, the performer's side answers, and what was agreed is signed as it is.

Nothing that a studio reads tells whether anybody has the id that it asks: a request to nobody is
kept, listed and expires like one that is not answered.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import BadTerms, Conflict
from core.ids import is_id, new_id
from core.principal import Principal, SearchCapability, require, system
from core.tenants import get_tenant
from fingerprint.models import Reason
from licensing.models import Licence, LicenceDraft, Terms
from licensing.models_requests import Offer, Request, RequestState, Side, Turn
from licensing.negotiation import (
    OPEN,
    VERSIONS_MAX,
    after,
    agreed_digest,
    check_accepted,
    check_message,
    check_same_parties,
    digest_of,
    expiry,
)
from licensing.service.conformity import findings, invalid
from licensing.service.custody import held_for
from licensing.service.frameworks import against_framework, pinned
from licensing.service.licenceacts import draft_licence
from licensing.service.licences import draft_terms
from licensing.service.parties import parties_at
from licensing.service.requestsides import SCOPES, Reached, newest_offer, reach
from licensing.service.scopes import scope_reasons
from licensing.store import requests as store
from licensing.termrules import check_terms
from licensing.terms import ordered
from licensing.wording import render
from registry.models.mandates import Act
from registry.service.mandates import mandates_of
from registry.service.people import standing_owners

OPEN_MAX = 20


def ask(
    session: Session,
    principal: Principal,
    terms: Terms,
    *,
    message: str = "",
    expires_at: datetime | None = None,
    submission_id: str | None = None,
    now: datetime,
) -> Request:
    """Ask a performer for a licence on these terms, for the caller's own organisation.

    Raises `BadTerms` for terms that nobody could sign, `Conflict` for the same question twice or
    too many open ones, whoever has the id.
    """
    # Load and decide.
    terms, performer_id = askable(session, principal, terms, now=now), terms.performer_id
    capability = SearchCapability("request", performer_id)
    found = standing_owners(session, capability, [performer_id])
    request = Request(
        id=new_id("req"),
        tenant_id=principal.tenant_id,
        performer_tenant=found.get(performer_id, ""),
        performer_id=performer_id,
        state=RequestState.ASKED,
        version=1,
        expires_at=expiry(expires_at, now),
        seq=next_seq(session),
        recorded_at=now,
        changed_at=now,
        submission_id=submission_id,
    )
    # Save.
    store.add_request(session, request)
    store.add_offer(session, request, _offer(request, Side.STUDIO, terms, message, now))
    tell(session, request, Side.STUDIO, "request.asked", now)
    return request


def askable(session: Session, principal: Principal, terms: Terms, *, now: datetime) -> Terms:
    """The terms as a request would send them; raises as `ask` does, and keeps nothing."""
    # Load.
    require(principal, SCOPES[Side.STUDIO])
    terms, performer_id = pinned(session, principal, terms), terms.performer_id
    asked = store.open_digests(session, principal, performer_id, OPEN, now)
    # Decide.
    _check(session, principal, terms, now)
    if terms.licensee_id != principal.tenant_id or not is_id("prf", performer_id):
        raise BadTerms(
            "A request names a performer's id, and your organisation as licensee.",
            next_step="Take the performer's id from a clearance.",
        )
    if digest_of(terms) in asked or len(asked) >= OPEN_MAX:
        raise Conflict(
            "This was asked already, or too much is open with this performer.",
            next_step="Wait for the answers, or withdraw what is open.",
            code="asked-already",
        )
    return terms


def counter(
    session: Session,
    principal: Principal,
    request_id: str,
    terms: Terms,
    *,
    message: str = "",
    expires_at: datetime | None = None,
    now: datetime,
) -> Request:
    """Offer other terms instead; raises `Conflict` when nobody can offer any more."""
    # Load.
    reached = reach(session, principal, request_id, turn=Turn.OFFER, kinds=terms.kinds, now=now)
    request, side = reached.request, reached.side
    newest = newest_offer(session, request)
    terms = pinned(session, principal, terms)
    # Decide.
    state = after(request, side, Turn.OFFER, now)
    _check(session, principal, terms, now)
    check_same_parties(terms, newest.terms)
    _check_scope(session, reached.acting, side, terms, now)
    if request.version >= VERSIONS_MAX:
        raise Conflict(
            f"There are {VERSIONS_MAX} offers already.", next_step="Make another request."
        )
    changed = replace(
        request,
        state=state,
        version=request.version + 1,
        expires_at=expiry(expires_at, now),
        changed_at=now,
    )
    # Save.
    store.add_offer(session, changed, _offer(changed, side, terms, message, now))
    store.save_request(session, changed)
    tell(session, changed, side, "request.offered", now)
    return changed


def accept(
    session: Session,
    principal: Principal,
    request_id: str,
    *,
    version: int,
    digest: str,
    now: datetime,
) -> Request:
    """Agree to the newest offer; it is a licence once the performer signs exactly that.

    Raises `Conflict` when it is not the caller's turn or there is another offer by now.
    """
    # Load.
    reached = reach(session, principal, request_id, turn=Turn.ACCEPT, now=now)
    request, side = reached.request, reached.side
    newest = newest_offer(session, request)
    # Decide.
    state = after(request, side, Turn.ACCEPT, now)
    check_accepted(request, newest, version, digest)
    _check_scope(session, reached.acting, side, newest.terms, now)
    agreed = replace(request, state=state, changed_at=now)
    # Save.
    store.save_request(session, agreed)
    log.append(
        session,
        kind="request.agreed",
        subject_id=request.id,
        payload={"version": version, "terms": digest},
        at=now,
    )
    tell(session, agreed, side, "request.agreed", now)
    return agreed


def end(session: Session, principal: Principal, request_id: str, *, now: datetime) -> Request:
    """Refuse (the performer's side) or withdraw (the studio), even what was agreed already."""
    reached = reach(session, principal, request_id, turn=Turn.END, now=now)
    request, side = reached.request, reached.side
    ended = replace(request, state=after(request, side, Turn.END, now), changed_at=now)
    store.save_request(session, ended)
    kind = "request.refused" if side is Side.PERFORMER else "request.withdrawn"
    tell(session, ended, side, kind, now)
    return ended


def draft(
    session: Session,
    principal: Principal,
    request_id: str,
    *,
    by_agency: bool = False,
    base_url: str,
    now: datetime,
) -> LicenceDraft:
    """The licence that was agreed, word for word, for the performer to sign.

    Only the contexts that no guardian can open are closed in it, whatever was agreed.

    Or, `by_agency`, for the caller's agency with the key that is held for it, which is all that
    the licence then says beside.

    Another call makes another draft, and only the last one's signature grants the request. Raises
    `Conflict` before both sides agree, and as drafting a licence does.
    """
    # Load.
    require(principal, SCOPES[Side.PERFORMER])
    reached = reach(session, principal, request_id, turn=Turn.SIGN, now=now)
    request, side, acting = reached.request, reached.side, reached.acting
    newest = newest_offer(session, request)
    # Decide.
    after(request, side, Turn.SIGN, now)
    terms = newest.terms
    held = None
    if by_agency:
        held = held_for(session, principal, terms.performer_id, terms.kinds, now=now)
    drafted = draft_licence(session, acting, newest.terms, held=held, base_url=base_url, now=now)
    if agreed_digest(draft_terms(session, acting, drafted.id), newest.terms) != newest.digest:
        raise Conflict(
            "The law cuts what was agreed: a minor's licence ends on the 18th birthday.",
            next_step="Offer terms that end by then, so that both sides agree to them.",
            code="terms-cut",
        )
    # Save.
    store.save_request(session, replace(request, licence_id=drafted.id))
    return drafted


def note_signed(session: Session, licence: Licence, *, now: datetime) -> Request | None:
    """Close the request that a licence came of, once it is signed; `None` where there is none.

    Raises `Conflict` when the request ended meanwhile: nothing is granted that was withdrawn.
    """
    capability = SearchCapability("request-granted", licence.id)
    request = store.of_licence(session, capability, licence.id)
    if request is None or request.state is RequestState.GRANTED or licence.seq is None:
        return request
    newest = newest_offer(session, request)
    state = after(request, Side.PERFORMER, Turn.SIGN, now)
    if digest_of(newest.terms) != agreed_digest(licence.terms, newest.terms):
        raise Conflict(
            "Both sides agreed on other terms since this was drafted.",
            next_step="Draft the licence again from the request, and sign that.",
            code="agreed-otherwise",
        )
    granted = replace(request, state=state, changed_at=now)
    store.save_request(session, granted)
    tell(session, granted, Side.PERFORMER, "request.granted", now)
    return granted


def concerns(session: Session, reached: Reached, *, now: datetime) -> tuple[Reason, ...]:
    """Why the performer's side could not sign the newest offer; the studio is told nothing.

    By its other licences, and by the law of the territories: of a child, say, without a court.
    """
    if reached.side is Side.STUDIO:
        return ()
    terms = newest_offer(session, reached.request).terms
    return (
        *scope_reasons(session, reached.acting, terms, now=now),
        *_unlawful(session, reached.acting, terms, now),
    )


def _unlawful(
    session: Session, acting: Principal, terms: Terms, now: datetime
) -> tuple[Reason, ...]:
    try:
        parties = parties_at(session, acting, terms.performer_id, now)
    except Conflict:  # who signs is not settled yet, which is said where one signs
        return ()
    return invalid(findings(terms, parties, now))


def _check(session: Session, principal: Principal, terms: Terms, now: datetime) -> None:
    _refuse(check_terms(terms, now))
    _refuse(against_framework(session, principal, terms, now, signing=False))


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise BadTerms(
            " ".join(render(reason) for reason in reasons),
            next_step="Mend the terms and make the offer again.",
            reasons=reasons,
        )


def _check_scope(
    session: Session, principal: Principal, side: Side, terms: Terms, now: datetime
) -> None:
    """Refuse what the performer's side cannot keep; the studio learns nothing of it."""
    if side is Side.PERFORMER:
        _refuse(scope_reasons(session, principal, terms, now=now))


def _offer(request: Request, side: Side, terms: Terms, message: str, now: datetime) -> Offer:
    return Offer(
        request_id=request.id,
        version=request.version,
        side=side,
        terms=ordered(terms),
        message=check_message(message),
        digest=digest_of(terms),
        made_at=now,
        expires_at=request.expires_at,
    )


def tell(session: Session, request: Request, by: Side, kind: str, now: datetime) -> None:
    """Tell the other side, and who may license for it; nobody where nobody has the id."""
    told = _performers_side(session, request, now) if by is Side.STUDIO else [request.tenant_id]
    facts = {
        "version": str(request.version),
        "expires_at": to_text(request.expires_at),
        "performer": request.performer_id,
        "studio": get_tenant(session, request.tenant_id).name,
    }
    for tenant_id in told:
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id=request.id,
            facts=facts,
            now=now,
        )


def _performers_side(session: Session, request: Request, now: datetime) -> list[str]:
    if not request.performer_tenant:
        return []
    side = system(request.performer_tenant)
    given = mandates_of(session, side, request.performer_id, now)
    holders = {item.terms.holder_id for item in given if Act.LICENSE in item.terms.acts}
    return [request.performer_tenant, *sorted(holders - {request.performer_tenant})]
