"""Lost signing keys over HTTP: another is asked for, vouched for, stopped; public keys travel."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from api import visiting
from api.accounts.sessions import require_fresh
from api.deps import Caller, Open, Reading, Writing
from api.performer.lostkeys import has_second_factor
from api.routes.performers import NewKey
from api.wire import FROZEN, Text, ToSign, from_base64
from core.clock import utc_now
from registry.models.people import KeyDraft
from registry.models.replacements import Replacement, ReplacementState
from registry.replacing import state_of
from registry.service import replacements

router = APIRouter(tags=["performers"])


def proved(request: Request, world: Open) -> bool:
    """Whether a person proved just now, by more than a password, who asks; a key proves nobody.

    Raises `NotAllowed` for a person whose sign-in is older than ten minutes.
    """
    visit = visiting.visit_of(world, request)
    if visit is None:
        return False
    require_fresh(visit.session, utc_now())
    return has_second_factor(visit)


Proved = Annotated[bool, Depends(proved)]


class ReplacementDraft(BaseModel):
    """A key binding for the new key to sign within the hour, and from when on it counts."""

    id: str
    begins_at: datetime
    possession: ToSign

    @classmethod
    def of(cls, draft: KeyDraft, begins_at: datetime) -> Self:
        """The draft as data."""
        return cls(id=draft.id, begins_at=begins_at, possession=ToSign.of(draft.possession))


class PossessionSigned(BaseModel):
    """The new key's signature (base64)."""

    model_config = FROZEN
    possession: Text


class ReplacementOut(BaseModel):
    """A replacement; `unvouched` it needs somebody's word before `begins_at`, or it lapses.

    `approval_id` waits for the second of the operator's people.
    """

    id: str
    performer_id: str
    did: str
    replaces: str
    state: ReplacementState
    begins_at: datetime
    asked_at: datetime | None
    vouched_at: datetime | None
    stopped_at: datetime | None
    bound_at: datetime | None
    approval_id: str

    @classmethod
    def of(cls, item: Replacement, approval_id: str = "") -> Self:
        """The replacement as data, without who asked and who vouched."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            did=item.did,
            replaces=item.replaces,
            state=state_of(item, utc_now()),
            begins_at=item.begins_at,
            asked_at=item.asked_at,
            vouched_at=item.vouched_at,
            stopped_at=item.stopped_at,
            bound_at=item.bound_at,
            approval_id=approval_id,
        )


@router.post(
    "/performers/{performer_id}/key-replacements", status_code=201, response_model=ReplacementDraft
)
def draft(
    performer_id: str, body: NewKey, writing: Writing, world: Open, second_factor: Proved
) -> Response:
    """Say that a signing key is lost, and which public key is to follow it after a waiting time."""
    now, waiting = utc_now(), timedelta(days=world.settings.enrolment.lost_key_days)
    return writing.write(
        lambda session: ReplacementDraft.of(
            replacements.draft_replacement(
                session,
                writing.caller,
                performer_id,
                body.did,
                second_factor=second_factor,
                waiting=waiting,
                registry_did=world.registry_key.did,
                base_url=world.settings.base_url,
                now=now,
            ),
            now + waiting,
        )
    )


@router.post("/key-replacements/{replacement_id}/signature", response_model=ReplacementOut)
def sign(replacement_id: str, body: PossessionSigned, writing: Writing) -> Response:
    """Hand in the new key's signature: the waiting time runs, and everybody concerned is told."""
    given = from_base64(body.possession)
    return writing.write(
        lambda session: ReplacementOut.of(
            replacements.sign_replacement(
                session, writing.caller, replacement_id, given, now=utc_now()
            )
        ),
        status=200,
    )


@router.get("/performers/{performer_id}/key-replacements", response_model=list[ReplacementOut])
def list_own(performer_id: str, caller: Caller, reading: Reading) -> list[ReplacementOut]:
    """Which keys were reported lost, and what became of it? Newest first."""
    found = replacements.replacements_of(reading, caller, performer_id)
    return [ReplacementOut.of(item) for item in found]


@router.get("/key-replacements", response_model=list[ReplacementOut])
def list_unvouched(caller: Caller, reading: Reading) -> list[ReplacementOut]:
    """Which lost keys wait for somebody who knows the performer? For attesters."""
    found = replacements.unvouched(reading, caller, now=utc_now())
    return [ReplacementOut.of(item) for item, _ in found]


@router.post("/key-replacements/{replacement_id}/attestation", response_model=ReplacementOut)
def attest(replacement_id: str, writing: Writing) -> Response:
    """Vouch that the performer asks: an attester alone, or two of the operator's people."""
    return writing.write(
        lambda session: ReplacementOut.of(
            *replacements.vouch(session, writing.caller, replacement_id, now=utc_now())
        ),
        status=200,
    )


@router.post("/key-replacements/{replacement_id}/stop", response_model=ReplacementOut)
def stop(replacement_id: str, writing: Writing) -> Response:
    """Stop it before it begins: the key that was reported lost goes on to speak."""
    return writing.write(
        lambda session: ReplacementOut.of(
            replacements.stop(session, writing.caller, replacement_id, now=utc_now())
        ),
        status=200,
    )
