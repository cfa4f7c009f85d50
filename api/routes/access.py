"""Access over HTTP: shut a person out of an organisation or of the registry, and let him in."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.accounts import access
from api.accounts.access import Access, Why, Wish
from api.deps import Writing
from api.once import Once
from api.wire import FROZEN
from core.clock import utc_now

router = APIRouter(tags=["people"])


class NewAccess(BaseModel):
    """Whether the person may come in, and why that changes."""

    model_config = FROZEN
    allow: bool
    why: Why


class AccessOut(BaseModel):
    """Since when somebody is shut out, what ended with it, or the approval that it waits for."""

    disabled_at: datetime | None
    sessions_ended: int
    keys_revoked: int
    invitations_withdrawn: int
    waits_for: str | None

    @classmethod
    def of(cls, item: Access) -> Self:
        """The change as data."""
        return cls(
            disabled_at=item.disabled_at,
            sessions_ended=item.sessions,
            keys_revoked=item.keys,
            invitations_withdrawn=item.invitations,
            waits_for=None if item.waits_for is None else item.waits_for.id,
        )


@router.post("/members/{person_id}/access", response_model=AccessOut)
def change_member(person_id: str, body: NewAccess, writing: Writing) -> Response:
    """Shut a member out of your organisation, or let him in again."""
    return _changed(writing, Wish(person_id, body.allow, body.why))


@router.post("/accounts/{person_id}/access", response_model=AccessOut)
def change_account(person_id: str, body: NewAccess, writing: Writing) -> Response:
    """Shut a person out of the whole registry, or let him in again."""
    return _changed(writing, Wish(person_id, body.allow, body.why, everywhere=True))


def _changed(writing: Once, wish: Wish) -> Response:
    return writing.write(
        lambda session: AccessOut.of(access.change(session, writing.caller, wish, utc_now())),
        status=200,
    )
