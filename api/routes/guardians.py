"""Minors and those who speak for them, for their own side; what ends a right is the operator's."""

import json
from datetime import date, datetime
from typing import Any, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import growing
from api.accounts import handing
from api.accounts.handing import Proof
from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.routes.people import InvitationOut
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.vault import Vault
from registry.models.guardianship import EndOfGuardianship, Guardian, Paper, Relation
from registry.models.people import Performer
from registry.service import erasingguardians, guardiankeys, guardians
from registry.service.sealedtexts import open_guardian

router = APIRouter(tags=["guardians"])


class BirthDate(BaseModel):
    """The birth date of a minor; adults need none."""

    model_config = FROZEN
    born_on: date


class NewGuardian(BaseModel):
    """Somebody with custody, and the public name of that person's own key."""

    model_config = FROZEN
    name: Text
    did: Text
    relation: Relation
    person: Text | None = None


class Ending(BaseModel):
    """Why a guardian's right ends before the child is of age."""

    model_config = FROZEN
    why: EndOfGuardianship


class Ended(BaseModel):
    """Whether it was done, or which approval of a second person it waits for."""

    done: bool
    waits_for: str | None


class NewKey(BaseModel):
    """The public name of the key that a guardian signs with from now on."""

    model_config = FROZEN
    did: Text


class Rekeyed(Ended):
    """The same, and who signs with the new key; until it is done who signed before."""

    guardian_id: str


class Read(BaseModel):
    """Which paper an attester has read that shows the custody."""

    model_config = FROZEN
    paper: Paper


class GuardianOut(BaseModel):
    """Somebody who signs for a minor from `proved_at` on, or did until `until`.

    `attested` is how many attesters have read the papers.
    """

    id: str
    performer_id: str
    name: str
    did: str
    relation: Relation
    person: str | None
    since: datetime
    until: datetime | None
    attested: int
    proved_at: datetime | None

    @classmethod
    def of(cls, vault: Vault, item: Guardian) -> Self:
        """The guardian with the name that was sealed."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            name=open_guardian(vault, item),
            did=item.did,
            relation=item.relation,
            person=item.person,
            since=item.since,
            until=item.until,
            attested=len(item.attesters),
            proved_at=item.proved_at,
        )


class Handover(BaseModel):
    """Where to reach who came of age, and by what the operator's people saw who it is."""

    model_config = FROZEN
    email: str = Field(max_length=320)
    proof: Proof


class ErasedOut(BaseModel):
    """A guardian after the erasure, and the receipt that the registry signed."""

    guardian: GuardianOut
    receipt: dict[str, Any]


@router.post("/performers/{performer_id}/minority", response_model=Performer)
def declare_minor(performer_id: str, body: BirthDate, writing: Writing, world: Open) -> Response:
    """Record that a performer is a minor; guardians then sign everything."""
    years = world.settings.enrolment.child_agrees_from_years
    return writing.write(
        lambda session: growing.declare_minor(
            session, writing.caller, performer_id, body.born_on, agrees_from_years=years
        ),
        status=200,
    )


@router.get("/performers/{performer_id}/guardians", response_model=list[GuardianOut])
def list_guardians(
    performer_id: str, caller: Caller, reading: Reading, world: Open
) -> list[GuardianOut]:
    """List who has, or had, custody of a performer."""
    found = guardians.list_guardians(reading, caller, performer_id)
    return [GuardianOut.of(world.vault, item) for item in found]


@router.post("/performers/{performer_id}/guardians", status_code=201, response_model=GuardianOut)
def add_guardian(performer_id: str, body: NewGuardian, writing: Writing, world: Open) -> Response:
    """Name one more person who must sign for a minor."""

    def add(session: Session) -> GuardianOut:
        made = guardians.add_guardian(
            session,
            world.vault,
            writing.caller,
            performer_id,
            name=body.name,
            did=body.did,
            relation=body.relation,
            person=body.person,
            now=utc_now(),
        )
        return GuardianOut.of(world.vault, made)

    # The name is sealed in its row, and a repetition must not lay it open in another.
    return writing.write(add, keep=lambda out: out.model_copy(update={"name": ""}))


@router.post("/guardians/{guardian_id}/erasure", response_model=ErasedOut)
def erase(guardian_id: str, writing: Writing, world: Open) -> Response:
    """Take a former guardian's name and account away; what stays and why is in the receipt."""

    def carry_out(session: Session) -> ErasedOut:
        done = erasingguardians.erase_guardian(
            session,
            world.vault,
            world.registry_key,
            writing.caller,
            guardian_id,
            now=utc_now(),
        )
        guardian = GuardianOut.of(world.vault, done.guardian)
        return ErasedOut(guardian=guardian, receipt=json.loads(done.receipt))

    answer = writing.write(carry_out, status=200)
    erasingguardians.shred_guardian(world.vault, guardian_id)
    return answer


@router.get("/guardians/{guardian_id}", response_model=GuardianOut)
def show(guardian_id: str, caller: Caller, reading: Reading, world: Open) -> GuardianOut:
    """Who is said to have custody? For the performer's side, and for attesters to compare."""
    return GuardianOut.of(world.vault, guardians.get_guardian(reading, caller, guardian_id))


@router.post("/guardians/{guardian_id}/attestation", response_model=GuardianOut)
def attest(guardian_id: str, body: Read, writing: Writing, world: Open) -> Response:
    """Vouch under your own name for having read a paper that shows this custody."""

    def vouch(session: Session) -> GuardianOut:
        demands = demands_of(world.settings)
        item = guardians.attest_guardian(
            session, writing.caller, guardian_id, body.paper, demands=demands, now=utc_now()
        )
        return GuardianOut.of(world.vault, item)

    return writing.write(vouch, status=200, keep=lambda out: out.model_copy(update={"name": ""}))


@router.post("/guardians/{guardian_id}/ending", response_model=Ended)
def end_guardian(guardian_id: str, body: Ending, writing: Writing) -> Response:
    """Propose that a guardian's right ends, and end it once a second person approved."""

    def end(session: Session) -> Ended:
        waits = guardians.end_guardian(
            session, writing.caller, guardian_id, body.why, now=utc_now()
        )
        return Ended(done=waits is None, waits_for=None if waits is None else waits.id)

    return writing.write(end, status=200)


@router.post("/guardians/{guardian_id}/key", response_model=Rekeyed)
def rekey_guardian(guardian_id: str, body: NewKey, writing: Writing, world: Open) -> Response:
    """Bind another key to the custody of who lost theirs, once a second person approved."""

    def rekey(session: Session) -> Rekeyed:
        made, waits = guardiankeys.rekey_guardian(
            session, world.vault, writing.caller, guardian_id, body.did, now=utc_now()
        )
        waits_for = None if waits is None else waits.id
        return Rekeyed(done=waits is None, waits_for=waits_for, guardian_id=made.id)

    return writing.write(rekey, status=200)


@router.post("/performers/{performer_id}/handover", status_code=201, response_model=InvitationOut)
def hand_over(performer_id: str, body: Handover, writing: Writing, world: Open) -> Response:
    """Invite who came of age to what their family's organisation holds about them (operator)."""

    def make(session: Session) -> InvitationOut:
        made = handing.hand_over(
            session, writing.caller, performer_id, body.email, body.proof, now=utc_now()
        )
        return InvitationOut.sent(world.settings, made, body.email, handing.ROLES)

    return writing.write(make, keep=lambda out: out.model_copy(update={"link": None}))
