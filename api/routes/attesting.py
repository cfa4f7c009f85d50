"""The attesters' desk over HTTP: what waits for somebody's word, and a no with its reason."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, page
from api.routes.proofs import AttestationOut
from api.wire import FROZEN, ReasonOut, Text
from core.clock import utc_now
from registry.models.proofs import Fact
from registry.service import awaiting, proofing, refusing

router = APIRouter(tags=["enrolments"])


class AwaitingOut(BaseModel):
    """An enrolment that waits: what it lacks, what is asked of you, and which answers to hear."""

    enrolment_id: str
    created_at: datetime
    missing: list[ReasonOut]
    facts: list[Fact]
    challenges: list[str]

    @classmethod
    def of(cls, item: awaiting.Awaiting) -> Self:
        """The waiting enrolment as data."""
        return cls(
            enrolment_id=item.enrolment.id,
            created_at=item.enrolment.created_at,
            missing=[ReasonOut.of(reason) for reason in item.missing],
            facts=list(item.facts),
            challenges=[answer.id for answer in item.answers],
        )


class NewRefusal(BaseModel):
    """What is not so, and why; the performer's side reads the reason."""

    model_config = FROZEN
    facts: list[Fact] = Field(min_length=1, max_length=len(Fact))
    statement: Text = Field(max_length=proofing.STATEMENT_LENGTH_MAX)


@router.get("/attestation-queue", response_model=Page[AwaitingOut])
def queue(caller: Caller, reading: Reading, world: Open, asked: Asked) -> Page[AwaitingOut]:
    """Enrolments of everybody that wait for proofs, without names."""
    found = awaiting.awaiting(
        reading,
        caller,
        demands=demands_of(world.settings),
        after=asked.after,
        limit=asked.limit,
    )
    return page(found, asked, AwaitingOut.of, lambda item: item.enrolment.id)


@router.post("/enrolments/{enrolment_id}/refusals", status_code=201, response_model=AttestationOut)
def refuse(enrolment_id: str, body: NewRefusal, writing: Writing, world: Open) -> Response:
    """Deny what you were asked to vouch for, under your own name and with the reason."""
    return writing.write(
        lambda session: AttestationOut.of(
            refusing.refuse(
                session,
                writing.caller,
                enrolment_id,
                body.facts,
                body.statement,
                demands=demands_of(world.settings),
                now=utc_now(),
            )
        )
    )
