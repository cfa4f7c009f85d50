"""Proofs over HTTP: what is asked live, what people vouch for, and what is still missing."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import uploads
from api.accounts.identities import identity_of
from api.accounts.models import Door
from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.routes.jobs import JobOut
from api.wire import FROZEN, ReasonOut, Text
from core.clock import utc_now
from core.principal import holds, require
from registry.models.mandates import Act
from registry.models.proofs import Attestation, Challenge, ChallengeKind, Fact
from registry.service import challenges, identifying, proofing
from registry.service.acting import represent_enrolment, view_enrolment
from registry.service.attesting import ATTEST
from registry.service.challengesides import SEEING, represent_challenge, view_challenge

router = APIRouter(tags=["enrolments"])


class NewAttestation(BaseModel):
    """What the caller has seen or heard and vouches for."""

    model_config = FROZEN
    facts: list[Fact] = Field(min_length=1, max_length=len(Fact))
    statement: str = Field(default="", max_length=proofing.STATEMENT_LENGTH_MAX)


class NewChallenge(BaseModel):
    """What to ask the person: to say a phrase in a language, or to turn the head."""

    model_config = FROZEN
    kind: ChallengeKind
    language: str = Field(default="en", pattern="^[a-z]{2}$")


class NewAnswer(BaseModel):
    """An uploaded recording that answers a challenge; it counts once."""

    model_config = FROZEN
    upload_id: Text


class ChallengeOut(BaseModel):
    """What was asked, in order: words to say, or movements of the head seen by its owner.

    `asked` holds what may be read by now: of a phrase what was shown, of `count`. Between two words
    stands `turn-left` or `turn-right`: turn the head to that side and back, and say nothing.
    """

    id: str
    kind: ChallengeKind
    language: str
    asked: list[str]
    count: int
    begun_at: datetime | None
    expires_at: datetime
    answered_at: datetime | None
    state: str
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, item: Challenge) -> Self:
        """The challenge as data."""
        return cls(
            id=item.id,
            kind=item.kind,
            language=item.language,
            asked=list(challenges.readable(item, utc_now())),
            count=len(item.asked),
            begun_at=item.begun_at,
            expires_at=item.expires_at,
            answered_at=item.answered_at,
            state=item.state.value,
            reasons=[ReasonOut.of(reason) for reason in item.reasons],
        )


class AttestationOut(BaseModel):
    """Who vouches for what, or denies it."""

    id: str
    attester: str
    facts: list[Fact]
    statement: str
    single_operator: bool
    at: datetime
    refused: bool

    @classmethod
    def of(cls, item: Attestation) -> Self:
        """The attestation as data."""
        return cls(
            id=item.id,
            attester=item.attester,
            facts=list(item.facts),
            statement=item.statement,
            single_operator=item.single_operator,
            at=item.at,
            refused=item.refused,
        )


class ProofsOut(BaseModel):
    """What an enrolment still lacks, and who vouched for it so far."""

    single_operator: bool
    attesters: int
    missing: list[ReasonOut]
    attestations: list[AttestationOut]
    challenges: list[ChallengeOut]

    @classmethod
    def of(cls, standing: proofing.Standing) -> Self:
        """The standing as data."""
        return cls(
            single_operator=standing.demands.single_operator,
            attesters=standing.demands.attesters,
            missing=[ReasonOut.of(reason) for reason in standing.missing],
            attestations=[AttestationOut.of(item) for item in standing.attestations],
            challenges=[ChallengeOut.of(item) for item in standing.challenges],
        )


@router.post("/enrolments/{enrolment_id}/attestations", status_code=202, response_model=JobOut)
def attest(enrolment_id: str, body: NewAttestation, writing: Writing, world: Open) -> Response:
    """Vouch for an enrolment under your own name; the job then looks at all its proofs."""
    return writing.write(
        lambda session: JobOut.of(
            proofing.attest(
                session,
                writing.caller,
                enrolment_id,
                body.facts,
                body.statement,
                demands=demands_of(world.settings),
                now=utc_now(),
            )
        ),
        status=202,
    )


@router.post("/enrolments/{enrolment_id}/identification", status_code=202, response_model=JobOut)
def identify(enrolment_id: str, writing: Writing, world: Open) -> Response:
    """Count the identity that a provider verified of you, the performer, for this enrolment."""

    def count(session: Session) -> JobOut:
        door = Door("identification")
        known = identity_of(session, world.vault, door, writing.caller.person)
        return JobOut.of(
            identifying.identify(session, writing.caller, enrolment_id, known, now=utc_now())
        )

    return writing.write(count, status=202)


@router.get("/enrolments/{enrolment_id}/proofs", response_model=ProofsOut)
def show_proofs(enrolment_id: str, caller: Caller, reading: Reading, world: Open) -> ProofsOut:
    """What does this enrolment still lack before it may be searched?"""
    side = caller
    if not holds(caller, ATTEST):
        side = view_enrolment(reading, caller, enrolment_id, *SEEING, now=utc_now())
    found = proofing.standing(reading, side, enrolment_id, demands=demands_of(world.settings))
    return ProofsOut.of(found)


@router.post("/enrolments/{enrolment_id}/challenges", status_code=201, response_model=ChallengeOut)
def ask(enrolment_id: str, body: NewChallenge, writing: Writing) -> Response:
    """Draw a phrase to say, begun within two minutes, or movements to make within two minutes."""

    def drawn(session: Session) -> ChallengeOut:
        now = utc_now()
        side = represent_enrolment(session, writing.caller, enrolment_id, Act.ENROL, now=now)
        made = challenges.ask(session, side, enrolment_id, body.kind, body.language, now=now)
        return ChallengeOut.of(made)

    return writing.write(drawn)


@router.post("/challenges/{challenge_id}/beginning", status_code=201, response_model=ChallengeOut)
def begin(challenge_id: str, writing: Writing) -> Response:
    """Begin to show the words of a phrase; start recording before, and look for each word."""

    def begun(session: Session) -> ChallengeOut:
        now = utc_now()
        side = represent_challenge(session, writing.caller, challenge_id, now=now)
        return ChallengeOut.of(challenges.begin(session, side, challenge_id, now=now))

    return writing.write(begun)


@router.get("/challenges/{challenge_id}", response_model=ChallengeOut)
def look(challenge_id: str, caller: Caller, reading: Reading) -> ChallengeOut:
    """What is asked, as far as it is shown by now: ask ten times a second while words appear."""
    side = view_challenge(reading, caller, challenge_id, now=utc_now())
    return ChallengeOut.of(challenges.look(reading, side, challenge_id))


@router.post("/challenges/{challenge_id}/answer", status_code=202, response_model=JobOut)
def answer(challenge_id: str, body: NewAnswer, writing: Writing, world: Open) -> Response:
    """Hand in the one answer to a challenge; the job judges it and deletes its bytes.

    What counts is when the upload had come, not when it is named here.
    """
    require(writing.caller, challenges.SCOPE)
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    came_at = uploads.came_at(world, writing.caller, body.upload_id)
    stored = uploads.keep(world, writing.caller, body.upload_id)

    def take(session: Session) -> JobOut:
        now = utc_now()
        side = represent_challenge(session, writing.caller, challenge_id, now=now)
        taken = challenges.answer(session, side, challenge_id, stored, came_at=came_at, now=now)
        return JobOut.of(taken)

    given = writing.write(take, status=202)
    uploads.discard(world.settings, writing.caller, body.upload_id)
    return given


@router.get(
    "/challenges/{challenge_id}/excerpt", response_class=Response, responses=gives("audio/ogg")
)
def excerpt(challenge_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """What an attester must hear before vouching for the words."""
    heard = challenges.excerpt(reading, world.vault, caller, challenge_id)
    return Response(heard, media_type="audio/ogg", headers={"Cache-Control": "no-store"})
