"""Pages for attesters: what waits for a word, and one enrolment to look at and listen to."""

from fastapi import APIRouter, Response

from api.demands import demands_of
from api.deps import Language, Open
from api.paging import Asked, page
from api.routes.attesting import AwaitingOut
from api.routes.proofs import ChallengeOut
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from registry.models.proofs import Fact
from registry.proofing import headturn
from registry.service import awaiting, replacements

router = APIRouter(tags=["enrolments"], include_in_schema=False)


@router.get("/attest", response_class=FormResponse)
def queue_page(world: Open, visit: SignedInVisit, lang: Language, asked: Asked) -> Response:
    """Which enrolments wait for somebody who vouches?"""
    demands = demands_of(world.settings)
    with world.db.read() as session:
        found = awaiting.awaiting(
            session, visit.principal, demands=demands, after=asked.after, limit=asked.limit
        )
        lost = replacements.unvouched(session, visit.principal, now=utc_now())
    shown = page(found, asked, AwaitingOut.of, lambda item: item.enrolment.id)
    return form_page(
        "attest.html",
        lang,
        visit,
        here="/attest",
        items=shown.items,
        more=shown.next_cursor,
        lost=lost,
    )


@router.get("/attest/{enrolment_id}", response_class=FormResponse)
def attesting_page(
    enrolment_id: str, world: Open, visit: SignedInVisit, lang: Language
) -> Response:
    """Whose enrolment is it, what do I look at and hear, and what do I say?"""
    demands = demands_of(world.settings)
    with world.db.read() as session:
        item, performer = awaiting.one(session, visit.principal, enrolment_id, demands=demands)
    return form_page(
        "attesting.html",
        lang,
        visit,
        here="/attest",
        item=AwaitingOut.of(item).model_dump(),
        answers=[
            ChallengeOut.of(answer).model_dump() | {"asked": headturn.words_of(answer.asked)}
            for answer in item.answers
        ],
        performer=performer,
        facts=[fact.value for fact in Fact],
    )
