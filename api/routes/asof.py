"""Licences as they stood on a day over HTTP, as known then or at any other time."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.deps import Caller, Reading
from api.routes.licences import READERS, LicenceOut
from core.clock import utc_now
from core.errors import BadInput
from core.principal import require_any
from licensing.asof import AsOf
from licensing.service.asof import licences_as_of
from licensing.service.mandated import unread

router = APIRouter(tags=["licences"])


class AsOfOut(BaseModel):
    """A licence and how it stood: IN_FORCE, NOT_YET, EXPIRED, REVOKED, TERMINATED or SUSPENDED.

    `revoked_at` and `suspended` (kinds of use) are told only as far as they were known.
    """

    licence: LicenceOut
    standing: str
    revoked_at: datetime | None
    ends_at: datetime | None
    suspended: list[str]

    @classmethod
    def of(cls, item: AsOf) -> Self:
        """The standing as data."""
        licence = LicenceOut.of(item.licence).model_copy(
            update={"revoked_at": item.revoked_at, "revoke_reason": ""}
        )
        if item.revoked_at is None:
            licence = licence.model_copy(update={"state": "SIGNED"})
        return cls(
            licence=licence,
            standing=item.standing.value,
            revoked_at=item.revoked_at,
            ends_at=item.ends_at,
            suspended=[kind.value for kind in item.suspended],
        )


@dataclass(frozen=True, slots=True)
class Question:
    """The two times that are asked about: the day, and what was known (now unless given)."""

    on: date
    known: datetime | None
    known_seq: int | None


def question(
    on: date | None = None,
    known: datetime | None = None,
    known_seq: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Question:
    """The question as asked; today unless a day is named. Raises BadInput for a zoneless time."""
    if known is not None and known.tzinfo is None:
        raise BadInput("A time needs its zone.", next_step="Write it like 2026-11-21T10:00:00Z.")
    return Question(on or utc_now().date(), known, known_seq)


@router.get("/licences/as-of", response_model=list[AsOfOut])
def licences_on(
    caller: Caller,
    reading: Reading,
    asked: Annotated[Question, Depends(question)],
    performer_id: Annotated[str | None, Query(max_length=64)] = None,
) -> list[AsOfOut]:
    """Which licences were in force on a day, as known at a time, or at a number of the registry?"""
    require_any(caller, *READERS)
    found = licences_as_of(
        reading,
        caller,
        on=asked.on,
        known_at=asked.known,
        known_seq=asked.known_seq,
        performer_id=performer_id,
    )
    hidden = unread(reading, caller, [item.licence for item in found], utc_now())
    return [AsOfOut.of(item) for item in found if item.licence.id not in hidden]
