"""Requests: what a studio asks of a performer, and the offers that go to and fro about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licensing.models import Terms


class Side(StrEnum):
    """Who speaks: the one who wants to use a likeness, or the one whose it is."""

    STUDIO = "studio"
    PERFORMER = "performer"


class RequestState(StrEnum):
    """ASKED waits for the performer's side, COUNTERED for the studio, AGREED for a signature."""

    ASKED = "ASKED"
    COUNTERED = "COUNTERED"
    AGREED = "AGREED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class Turn(StrEnum):
    """What a side may do."""

    OFFER = "offer"
    ACCEPT = "accept"
    END = "end"
    SIGN = "sign"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of the terms; it is never changed, and `digest` is the sha256 of its terms."""

    request_id: str
    version: int
    side: Side
    terms: Terms
    message: str
    digest: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request and where it stands; `licence_id` is the draft or licence that came of it.

    `tenant_id` is the studio, `performer_tenant` whoever stands for the performer, empty where
    nobody is known by that id: the studio cannot tell the one from the other. `state` is as it was
    recorded; `licensing.negotiation.state_at` says whether it has expired since.
    """

    id: str
    tenant_id: str
    performer_tenant: str
    performer_id: str
    state: RequestState
    version: int
    expires_at: datetime
    seq: int
    recorded_at: datetime
    changed_at: datetime
    submission_id: str | None = None
    licence_id: str | None = None
