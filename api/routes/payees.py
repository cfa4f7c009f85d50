"""Payees over HTTP: where money goes, for the performer's side; accounts are never read back."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.wire import FROZEN
from core.clock import utc_now
from core.vault import Vault
from royalties.payees import PayeeVersion, shown
from royalties.service import payees
from royalties.service.payees import Payee
from royalties.service.payeeseals import open_details

router = APIRouter(tags=["payees"])
Heir = Annotated[str | None, Query(max_length=64, description="An heir of a confirmed estate.")]
Said = Annotated[str | None, Field(max_length=300)]


class NewDetails(BaseModel):
    """What is to be changed; what is left out stays as it is, an empty text takes it away."""

    model_config = FROZEN
    name: Said = None
    street: Said = None
    building: Said = None
    post_code: Said = None
    town: Said = None
    country: Said = None
    iban: Said = None
    bic: Said = None
    account: Said = None
    residence: Said = None
    treaty: bool | None = None
    tax_number: Said = None
    vat: Said = None
    vat_id: Said = None


class NewDecision(BaseModel):
    """Whether details that somebody else proposed are to count."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


class VersionOut(BaseModel):
    """One version; of accounts and tax numbers only the last characters are shown."""

    id: str
    version: int
    set_at: datetime
    effective_at: datetime | None
    approval_id: str | None
    details: dict[str, str | bool] | None

    @classmethod
    def of(cls, vault: Vault, item: PayeeVersion) -> Self:
        """The version with what was sealed."""
        return cls(
            id=item.id,
            version=item.version,
            set_at=item.recorded_at,
            effective_at=item.effective_at,
            approval_id=item.approval_id,
            details=shown(open_details(vault, item)),
        )


class PayeeOut(BaseModel):
    """Whom money is paid to; `current` counts now, `cooling` from its day on.

    `waiting` needs the consent of a second person first. Of an `erased` performer nobody can
    change them any more.
    """

    payee_id: str
    performer_id: str
    heir_id: str | None
    current: VersionOut | None
    cooling: VersionOut | None
    waiting: VersionOut | None
    erased: bool

    @classmethod
    def of(cls, vault: Vault, item: Payee) -> Self:
        """The payee with what was sealed."""
        stands = item.standing
        cooling = stands.base if stands.cooling_until is not None else None
        current, later, waiting = (
            None if one is None else VersionOut.of(vault, one)
            for one in (stands.current, cooling, stands.waiting)
        )
        return cls(
            payee_id=item.payee_id,
            performer_id=item.performer_id,
            heir_id=item.heir_id,
            current=current,
            cooling=later,
            waiting=waiting,
            erased=item.erased,
        )

    def without_details(self) -> Self:
        """What a repetition is answered with: details lie sealed in their rows and nowhere open."""
        bare = {
            name: None if one is None else one.model_copy(update={"details": None})
            for name, one in (
                ("current", self.current),
                ("cooling", self.cooling),
                ("waiting", self.waiting),
            )
        }
        return self.model_copy(update=bare)


@router.get("/performers/{performer_id}/payee", response_model=PayeeOut)
def show(
    performer_id: str, caller: Caller, reading: Reading, world: Open, heir_id: Heir = None
) -> PayeeOut:
    """Whom is this performer's money paid to, and is anything about to change?"""
    found = payees.get_payee(reading, caller, performer_id, heir_id=heir_id, now=utc_now())
    return PayeeOut.of(world.vault, found)


@router.post("/performers/{performer_id}/payee", response_model=PayeeOut)
def change(
    performer_id: str, body: NewDetails, writing: Writing, world: Open, heir_id: Heir = None
) -> Response:
    """Change whom and where to the performer's money is paid; everybody concerned is told."""

    def changed(session: Session) -> PayeeOut:
        made = payees.set_details(
            session,
            world.vault,
            writing.caller,
            performer_id,
            body.model_dump(exclude_none=True),
            heir_id=heir_id,
            cooling_days=world.settings.payout.cooling_days,
            now=utc_now(),
        )
        return PayeeOut.of(world.vault, made)

    return writing.write(changed, status=200, keep=PayeeOut.without_details)


@router.post("/performers/{performer_id}/payee/decision", response_model=PayeeOut)
def decide(
    performer_id: str, body: NewDecision, writing: Writing, world: Open, heir_id: Heir = None
) -> Response:
    """Agree to what somebody else proposed for a minor or an heir, or refuse it."""

    def decided(session: Session) -> PayeeOut:
        made = payees.decide(
            session,
            world.vault,
            writing.caller,
            performer_id,
            heir_id=heir_id,
            approve=body.approve,
            note=body.note,
            cooling_days=world.settings.payout.cooling_days,
            now=utc_now(),
        )
        return PayeeOut.of(world.vault, made)

    return writing.write(decided, status=200, keep=PayeeOut.without_details)
