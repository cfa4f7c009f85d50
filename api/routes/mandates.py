"""Mandates over HTTP: given by the performer's side, held by agencies and unions."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, page
from api.routes.enrolments import ConsentSigned, ConsentToSign
from api.wire import FROZEN, Text
from core.clock import utc_now
from registry.models.mandates import Act, Mandate
from registry.models.works import KindOfUse
from registry.service import mandates

router = APIRouter(tags=["mandates"])


class NewMandate(BaseModel):
    """What an organisation may do in the performer's name; no `kinds` means every kind of use.

    `territories` bound where it collects (none: everywhere); without `valid_from` it begins now.
    """

    model_config = FROZEN
    holder_id: Text
    acts: list[Act] = Field(min_length=1, max_length=len(Act))
    kinds: list[KindOfUse] = Field(default_factory=list, max_length=len(KindOfUse))
    territories: list[Text] = Field(default_factory=list, max_length=400)
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime


class MandateOut(BaseModel):
    """A mandate: in force from its signature until its end or its revocation."""

    id: str
    performer_id: str
    holder_id: str
    acts: list[Act]
    kinds: list[KindOfUse]
    territories: list[str]
    valid_from: datetime
    valid_until: datetime
    signed_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, item: Mandate) -> Self:
        """The mandate as data, without the signed bytes."""
        return cls(
            id=item.id,
            performer_id=item.terms.performer_id,
            holder_id=item.terms.holder_id,
            acts=list(item.terms.acts),
            kinds=list(item.terms.kinds),
            territories=list(item.terms.territories),
            valid_from=item.terms.valid_from,
            valid_until=item.terms.valid_until,
            signed_at=item.signed_at,
            revoked_at=item.revoked_at,
        )


@router.post("/performers/{performer_id}/mandates", status_code=201, response_model=ConsentToSign)
def draft(performer_id: str, body: NewMandate, writing: Writing, world: Open) -> Response:
    """Draft a mandate; nobody may act under it until the performer has signed it."""
    return writing.write(
        lambda session: ConsentToSign.of_all(
            mandates.draft_mandate(
                session,
                writing.caller,
                performer_id,
                holder_id=body.holder_id,
                acts=body.acts,
                kinds=body.kinds,
                territories=body.territories,
                valid_from=body.valid_from,
                valid_until=body.valid_until,
                base_url=world.settings.base_url,
                now=utc_now(),
            )
        )
    )


@router.post("/mandates/{mandate_id}/signature", response_model=MandateOut)
def sign(mandate_id: str, body: ConsentSigned, writing: Writing) -> Response:
    """Hand in the signatures under a drafted mandate, of the performer and of all guardians."""
    return writing.write(
        lambda session: MandateOut.of(
            mandates.sign_mandate(
                session,
                writing.caller,
                mandate_id,
                body.signature_bytes(),
                body.verification_method,
                cosigned=body.cosigned(),
                now=utc_now(),
            )
        ),
        status=200,
    )


@router.post("/mandates/{mandate_id}/revocation", response_model=MandateOut)
def revoke(mandate_id: str, writing: Writing) -> Response:
    """End a mandate at once."""
    return writing.write(
        lambda session: MandateOut.of(
            mandates.revoke_mandate(session, writing.caller, mandate_id, now=utc_now())
        ),
        status=200,
    )


@router.get("/mandates", response_model=Page[MandateOut])
def list_mandates(caller: Caller, reading: Reading, asked: Asked) -> Page[MandateOut]:
    """List the mandates that your performers gave, and those that you hold."""
    found = mandates.list_mandates(reading, caller, after=asked.after)
    return page(found[: asked.limit + 1], asked, MandateOut.of)
