"""Pages of a performer: enrolling a likeness in the browser."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Response
from sqlmodel import Session

from api import enrolling
from api.accounts import wrappedkeys
from api.accounts.store import factors
from api.demands import demands_of
from api.deps import Language, Open
from api.paging import Asked, page
from api.performer import lostkeys
from api.performer.signers import NO_KEY, signing
from api.routes.enrolments import EnrolmentOut
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import ReasonOut
from core.clock import utc_now
from core.principal import Principal
from registry.consent import ADULTS_ONLY
from registry.minority import is_minor, minority_in
from registry.models.people import Enrolment, EnrolmentState, Performer, Purpose
from registry.proofing import phrase
from registry.proofing.sufficiency import Demands
from registry.service import enrolment, people, proofing

router = APIRouter(tags=["enrolments"], include_in_schema=False)


@router.get("/me/enrol", response_class=FormResponse)
def enrolments_page(world: Open, visit: SignedInVisit, lang: Language, asked: Asked) -> Response:
    """Whose likeness is enrolled on our side, and how far is each?"""
    with world.db.read() as session:
        found = people.list_performers(
            session, visit.principal, after=asked.after, limit=asked.limit
        )
        demands = demands_of(world.settings)
        shown = page(found, asked, lambda item: _standing(session, visit.principal, item, demands))
    return form_page(
        "enrolments.html",
        lang,
        visit,
        here="/me/enrol",
        scripts=["performer.js"],
        items=shown.items,
        more=shown.next_cursor,
    )


@router.get("/me/performers/{performer_id}/consent", response_class=FormResponse)
def consent_page(performer_id: str, world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """What do I agree to, and with which key do I sign it?"""
    with world.db.read() as session:
        performer = people.get_performer(session, visit.principal, performer_id)
        passkeys = factors.passkeys(session, wrappedkeys.DOOR, visit.session.person_id)
        found = signing(session, world.vault, visit, visit.principal, performer_id, now=utc_now())
        signed = enrolment.list_enrolments(session, visit.principal, performer_id)
    child = is_minor(minority_in(performer), utc_now())
    return form_page(
        "consent.html",
        lang,
        visit,
        scripts=["consent.js"],
        performer=performer,
        has_key=found.lacks != NO_KEY,
        signing=found,
        passkeys=passkeys,
        waiting=next((item for item in reversed(signed) if _awaits_samples(item)), None),
        purposes=[item.value for item in Purpose if not (child and item in ADULTS_ONLY)],
    )


def _awaits_samples(item: Enrolment) -> bool:
    """Whether a consent was signed and nothing handed in yet, so that one goes on with it."""
    return item.signed_at is not None and item.state is EnrolmentState.DRAFT


@router.get("/me/performers/{performer_id}/key", response_class=FormResponse)
def lost_key_page(performer_id: str, world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """My signing key is lost: how does another follow it, and who can stop that?"""
    now = utc_now()
    with world.db.read() as session:
        shown = lostkeys.show(session, visit, performer_id, now=now)
    waiting = timedelta(days=world.settings.enrolment.lost_key_days)
    return form_page(
        "lostkey.html",
        lang,
        visit,
        scripts=["lostkey.js"],
        counts_from=now + waiting,
        **shown,
    )


@router.get("/me/enrol/{enrolment_id}", response_class=FormResponse)
def enrolment_page(
    enrolment_id: str, world: Open, visit: SignedInVisit, lang: Language
) -> Response:
    """Where does this enrolment stand, and what do I do next?"""
    with world.db.read() as session:
        shown = enrolling.show(session, visit.principal, enrolment_id, world.settings)
    return form_page(
        "enrolment.html",
        lang,
        visit,
        scripts=["enrol.js"],
        e=shown,
        languages=phrase.LANGUAGES,
    )


def _standing(
    session: Session, principal: Principal, performer: Performer, demands: Demands
) -> dict[str, Any]:
    """A performer with the newest consent that was signed and stands, and whose turn it is."""
    found = enrolment.list_enrolments(session, principal, performer.id)
    stands = [item for item in found if item.signed_at and not item.withdrawn_at]
    newest = max(stands, key=lambda item: item.created_at, default=None)
    if newest is None:
        return {"performer": performer, "enrolment": None}
    lacking = proofing.standing(session, principal, newest.id, demands=demands).missing
    codes = {one.code for one in lacking}
    turn = enrolling.next_step(newest.state, codes, alone=demands.single_operator)
    return {
        "performer": performer,
        "enrolment": EnrolmentOut.of(newest),
        "turn": turn,
        "lacking": [ReasonOut.of(one).model_dump() for one in lacking],
    }
