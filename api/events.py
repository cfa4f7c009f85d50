"""What webhooks tell of: each kind of event, and what its message says.

The `webhooks` of the description, so that receivers are made from it as callers are.
https://spec.openapis.org/oas/v3.1.1.html#openapi-object
"""

import difflib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.noticeplaces import PLACES
from core.errors import BadInput
from core.notices import EVENT_PREFIX
from core.webhooks import ANY_KIND
from licensing.models_clearance import Verdict

CLOSED = ConfigDict(extra="forbid")
Data = TypeVar("Data", bound=BaseModel)


class Message(BaseModel, Generic[Data]):
    """The body of every message; `timestamp` is when it happened, whenever it is sent."""

    model_config = CLOSED
    type: str
    timestamp: datetime
    data: Data


class UseTold(BaseModel):
    """A use (`id`) of this performer was found in what you handed in, or of your performer."""

    model_config = CLOSED
    id: str
    performer_id: str
    decision: Literal["MATCH", "REVIEW"]


class ClearanceTold(BaseModel):
    """A clearance (`id`) was decided: `verdict` is read in full at `/v1/clearances/{id}`."""

    model_config = CLOSED
    id: str
    submission_id: str
    verdict: Verdict


class FailureTold(BaseModel):
    """A submission (`id`) could not be scanned: `code` is that of its job's error."""

    model_config = CLOSED
    id: str
    job_id: str
    code: str


class LicenceTold(BaseModel):
    """A licence (`id`) began, was revoked or ends soon, for both sides."""

    model_config = CLOSED
    id: str
    valid_until: datetime


class CutTold(BaseModel):
    """The other side's word on a cut under a licence (`id`)."""

    model_config = CLOSED
    id: str
    cut_id: str


class RightTold(BaseModel):
    """A right in a performer's likeness (`id` is the performer) ends on this day."""

    model_config = CLOSED
    id: str
    ends_on: date
    renewed_from: date


class NoticeTold(BaseModel):
    """What lies in the inbox: `id` is what it is about, `person` whom it is for, else everybody."""

    model_config = CLOSED
    id: str
    notice_id: str
    person: str | None
    facts: dict[str, str]


OWN: Mapping[str, type[BaseModel]] = {
    "use.found": UseTold,
    "clearance.issued": ClearanceTold,
    "submission.failed": FailureTold,
    **dict.fromkeys(("licence.issued", "licence.revoked", "licence.expiring"), LicenceTold),
    **dict.fromkeys(("cut.approved", "cut.declined", "cut.noticed"), CutTold),
    **dict.fromkeys(("right.ending", "right.last"), RightTold),
}
NOTICES = frozenset(EVENT_PREFIX + kind for kind in PLACES if kind != "other")
KINDS = frozenset(OWN) | NOTICES


def form_of(kind: str) -> type[BaseModel] | None:
    """What the `data` of such a message holds; None for a kind that nothing tells."""
    return NoticeTold if kind in NOTICES else OWN.get(kind)


def check_kinds(asked: Iterable[str]) -> None:
    """Return where each names kinds that are told, alone or as a group; else raises BadInput."""
    for one in asked:
        group = one.removesuffix(ANY_KIND)
        if one not in KINDS and (one == group or not any(kind.startswith(group) for kind in KINDS)):
            raise _unknown(one)


def _unknown(asked: str) -> BadInput:
    near = difflib.get_close_matches(asked, KINDS, 1) or difflib.get_close_matches(
        EVENT_PREFIX + asked, KINDS, 1
    )
    return BadInput(
        "No event is of this kind.",
        next_step=f"Perhaps {near[0]}; docs/api.md names all." if near else "See docs/api.md.",
        code="unknown-kind",
        fields=("kinds",),
    )


def described() -> APIRouter:
    """Every kind as an operation that receivers answer."""
    router = APIRouter(responses={"4XX": {"description": "Not taken: sent again later"}})
    told: Mapping[str, type[BaseModel]] = {**OWN, f"{EVENT_PREFIX}{ANY_KIND}": NoticeTold}
    for kind, form in told.items():
        _describe(router, kind, form)
    return router


def _describe(router: APIRouter, kind: str, form: type[BaseModel]) -> None:
    def received(body: BaseModel) -> None:
        """Answer 2xx within the time limit; verify `webhook-signature` first (docs/api.md)."""

    received.__annotations__["body"] = Message[form]  # type: ignore[valid-type]
    router.post(kind, summary=form.__doc__, status_code=204, operation_id=f"told.{kind}")(received)
