"""Keys held for agencies over HTTP: made by the holder, ended by either side, with every use."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.paging import Asked, Page, page
from core.clock import utc_now
from core.principal import SearchCapability
from registry.models.heldkeys import HeldKey, HeldKeyUse
from registry.service import endingkeys, heldkeys, heldkeyuse

router = APIRouter(tags=["held keys"])
Performer = Annotated[str, Query(max_length=64)]


class HeldKeyOut(BaseModel):
    """The public part of a key that is held for an agency, and who holds it; `why` it ended."""

    id: str
    performer_id: str
    did: str
    holder_id: str
    holder_name: str
    mandate_id: str
    mandate_sha256: str
    began_at: datetime
    until: datetime
    ended_at: datetime | None
    why: str | None

    @classmethod
    def of(cls, item: HeldKey) -> Self:
        """The key as data."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            did=item.did,
            holder_id=item.declared.holder_id,
            holder_name=item.declared.holder_name,
            mandate_id=item.declared.mandate_id,
            mandate_sha256=item.declared.mandate_sha256,
            began_at=item.began_at,
            until=item.until,
            ended_at=item.ended_at,
            why=None if item.why is None else item.why.value,
        )


class HeldKeyUseOut(BaseModel):
    """One signature: of what, when, and whether two people wanted it or one was alone."""

    id: str
    key_id: str
    performer_id: str
    holder_id: str
    what: str
    subject_id: str
    sha256: str
    approval_id: str
    single_operator: bool
    at: datetime

    @classmethod
    def of(cls, item: HeldKeyUse) -> Self:
        """The use as data, without the names of the holder's people."""
        return cls(
            id=item.id,
            key_id=item.key_id,
            performer_id=item.performer_id,
            holder_id=item.holder_id,
            what=item.what.value,
            subject_id=item.subject_id,
            sha256=item.sha256,
            approval_id=item.approval_id,
            single_operator=item.single_operator,
            at=item.at,
        )


@router.post("/mandates/{mandate_id}/key", status_code=201, response_model=HeldKeyOut)
def make(mandate_id: str, writing: Writing, world: Open) -> Response:
    """Have a key made and sealed under a mandate to hold-key that your organisation holds."""
    return writing.write(
        lambda session: HeldKeyOut.of(
            heldkeys.make_key(
                session,
                world.vault,
                world.registry_key,
                writing.caller,
                mandate_id,
                base_url=world.settings.base_url,
                now=utc_now(),
            )
        )
    )


@router.get("/held-keys", response_model=Page[HeldKeyOut])
def list_held(
    caller: Caller, reading: Reading, asked: Asked, performer_id: Performer = ""
) -> Page[HeldKeyOut]:
    """List the keys held for your performers, and those that your organisation holds."""
    found = heldkeys.list_keys(reading, caller, performer_id=performer_id, after=asked.after)
    return page(found[: asked.limit + 1], asked, HeldKeyOut.of)


@router.get(
    "/held-keys/{held_key_id}/binding", response_class=Response, responses=gives("application/vc")
)
def binding(held_key_id: str, caller: Caller, reading: Reading) -> Response:
    """The signed binding, byte for byte: it says for whom the key is held, and by which mandate."""
    item = heldkeys.get_key(reading, caller, held_key_id)
    return Response(item.statement, media_type="application/vc")


@router.get("/held-keys/{held_key_id}/uses", response_model=Page[HeldKeyUseOut])
def uses(held_key_id: str, caller: Caller, reading: Reading, asked: Asked) -> Page[HeldKeyUseOut]:
    """Who used this key, newest first."""
    heldkeys.get_key(reading, caller, held_key_id)
    found = heldkeyuse.uses_of(
        reading, caller, key_id=held_key_id, before_seq=asked.before_seq, limit=asked.limit
    )
    return page(found, asked, HeldKeyUseOut.of, lambda item: item.seq)


@router.post("/held-keys/{held_key_id}/ending", response_model=HeldKeyOut)
def end(held_key_id: str, writing: Writing, world: Open) -> Response:
    """Destroy the key at once; what was signed with it stays valid, nothing more is."""

    def ended(session: Session) -> HeldKeyOut:
        return HeldKeyOut.of(
            endingkeys.end_key(session, writing.caller, held_key_id, now=utc_now())
        )

    answer = writing.write(ended, status=200)
    capability = SearchCapability("held-key-end", held_key_id)
    with world.db.read() as session:
        endingkeys.shred(session, world.vault, capability, key_ids=[held_key_id])
    return answer
