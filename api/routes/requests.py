"""Requests over HTTP: a studio asks, the other side answers, what was agreed is signed."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session

from api import deciding
from api.deps import Caller, Language, Open, Reading, Writing
from api.forms import Agreed, Price
from api.paging import Asked, Page, page
from api.wire import FROZEN, Text, ToSign
from core.clock import utc_now
from core.principal import Principal
from licensing import fields
from licensing.models_requests import Offer, Request, RequestState, Side, Turn
from licensing.models_standing import Stance
from licensing.negotiation import MESSAGE_LENGTH_MAX, may, may_undo, state_at
from licensing.service import asking, requests
from licensing.service.requestsides import list_offers as offers_of
from licensing.service.requestsides import list_requests as list_mine
from licensing.service.requestsides import newest_offer, reach, side_of
from licensing.service.standings import standings_known
from licensing.terms import terms_from_dict, terms_to_dict
from licensing.wording import render
from registry.models.works import KindOfUse
from royalties.service.tariffs import agreed_price, agreed_terms

ByAgency = Annotated[bool, Query()]
router = APIRouter(tags=["requests"])
ASKED_AT_ONCE_MAX = 100


class NewOffer(BaseModel):
    """Terms as in a terms file, and what is said with them; an offer holds for 30 days or less."""

    model_config = FROZEN
    terms: Agreed
    message: str = Field(default="", max_length=MESSAGE_LENGTH_MAX)
    expires_at: AwareDatetime | None = None


class NewRequest(NewOffer):
    """What is asked; with `performer_ids` each of them is asked the same."""

    performer_ids: tuple[Text, ...] = Field(default=(), max_length=ASKED_AT_ONCE_MAX)


class NewRequests(BaseModel):
    """The price offered to everybody whose licence a clearance lacks, or to those named."""

    model_config = FROZEN
    tariff: Price
    performer_ids: tuple[Text, ...] = Field(default=(), max_length=ASKED_AT_ONCE_MAX)
    valid_until: AwareDatetime | None = None
    description: str = Field(default="", max_length=2_000)
    message: str = Field(default="", max_length=MESSAGE_LENGTH_MAX)
    expires_at: AwareDatetime | None = None


class Accepted(BaseModel):
    """Which offer is agreed to, word for word."""

    model_config = FROZEN
    version: int
    digest: Text


class OfferOut(BaseModel):
    """One version of the terms."""

    version: int
    side: Side
    terms: Agreed
    message: str
    digest: str
    made_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """The offer as data."""
        return cls(
            version=offer.version,
            side=offer.side,
            terms=terms_to_dict(offer.terms),
            message=offer.message,
            digest=offer.digest,
            made_at=offer.made_at,
            expires_at=offer.expires_at,
        )


class TerminationOut(BaseModel):
    """When a licence is over."""

    licence_id: str
    ends_at: datetime


class ConcernOut(BaseModel):
    """One reason not to sign, as data and in the language asked for."""

    code: str
    text: str
    detail: dict[str, str | int | float]


class DeclaredOut(BaseModel):
    """What the performer declares to everybody about a kind of use that is asked for."""

    kind: KindOfUse
    stance: Stance


class RequestOut(BaseModel):
    """A request, where it stands now, the newest offer and what you may do.

    `declared` is what the performer says to everybody about the kinds asked for.
    """

    id: str
    seq: int
    state: RequestState
    studio_id: str
    performer_id: str
    submission_id: str | None
    licence_id: str | None
    expires_at: datetime
    asked_at: datetime
    changed_at: datetime
    may: list[str]
    offer: OfferOut
    declared: list[DeclaredOut]

    @classmethod
    def of(cls, session: Session, caller: Principal, request: Request) -> Self:
        """The request as the caller may see it."""
        now, side = utc_now(), side_of(caller, request)
        state, newest = state_at(request, now), newest_offer(session, request)
        declared = standings_known(session, [request.performer_id]).get(request.performer_id, ())
        return cls(
            id=request.id,
            seq=request.seq,
            state=state,
            studio_id=request.tenant_id,
            performer_id=request.performer_id,
            submission_id=request.submission_id if side is Side.STUDIO else None,
            licence_id=request.licence_id if state is RequestState.GRANTED else None,
            expires_at=request.expires_at,
            asked_at=request.recorded_at,
            changed_at=request.changed_at,
            may=[
                *(turn.value for turn in may(request, side, now)),
                *([Turn.UNDO.value] if may_undo(request, newest, side, now) else ()),
            ],
            offer=OfferOut.of(newest),
            declared=[
                DeclaredOut(kind=item.kind, stance=item.stance)
                for item in declared
                if item.kind in newest.terms.kinds
            ],
        )


@router.post("/requests", status_code=201, response_model=list[RequestOut])
def ask(body: NewRequest, writing: Writing) -> Response:
    """Ask one performer or many for a licence; whether anybody has the id is not told."""
    asked = [
        terms_from_dict({**body.terms, "performer_id": performer_id})
        for performer_id in dict.fromkeys(body.performer_ids)
    ] or [terms_from_dict(body.terms)]

    def made(session: Session) -> list[RequestOut]:
        found = [
            requests.ask(
                session,
                writing.caller,
                agreed_terms(session, writing.caller, terms),
                message=body.message,
                expires_at=body.expires_at,
                now=utc_now(),
            )
            for terms in asked
        ]
        return [RequestOut.of(session, writing.caller, item) for item in found]

    return writing.write(made)


@router.post(
    "/clearances/{clearance_id}/requests", status_code=201, response_model=list[RequestOut]
)
def ask_for_missing(clearance_id: str, body: NewRequests, writing: Writing) -> Response:
    """Ask everybody whose licence a clearance lacks for exactly what was declared."""
    tariff = fields.tariff(body.tariff, "tariff")

    def made(session: Session) -> list[RequestOut]:
        found = asking.ask_for_missing(
            session,
            writing.caller,
            clearance_id,
            agreed_price(session, writing.caller, tariff),
            performer_ids=body.performer_ids,
            valid_until=body.valid_until,
            description=body.description,
            message=body.message,
            expires_at=body.expires_at,
            now=utc_now(),
        )
        return [RequestOut.of(session, writing.caller, item) for item in found]

    return writing.write(made)


@router.get("/requests", response_model=Page[RequestOut])
def list_requests(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    *,
    state: Annotated[list[RequestState] | None, Query()] = None,
    performer_id: Annotated[str | None, Query(max_length=64)] = None,
    submission_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[RequestOut]:
    """List requests made and received, newest first; an open one may show as EXPIRED."""
    found = list_mine(
        reading,
        caller,
        states=state or (),
        performer_id=performer_id,
        submission_id=submission_id,
        before_seq=asked.before_seq,
        limit=asked.limit,
        now=utc_now(),
    )
    return page(
        found,
        asked,
        lambda item: RequestOut.of(reading, caller, item),
        cursor=lambda item: item.seq,
    )


@router.get("/requests/{request_id}", response_model=RequestOut)
def show(request_id: str, caller: Caller, reading: Reading) -> RequestOut:
    """Show one request with its newest offer."""
    return RequestOut.of(reading, caller, reach(reading, caller, request_id, now=utc_now()).request)


@router.get("/requests/{request_id}/concerns", response_model=list[ConcernOut])
def concerns(request_id: str, caller: Caller, reading: Reading, lang: Language) -> list[ConcernOut]:
    """Why the performer's side could not sign the newest offer: promises it would break."""
    now = utc_now()
    reasons = requests.concerns(reading, reach(reading, caller, request_id, now=now), now=now)
    return [
        ConcernOut(code=item.code, text=render(item, lang), detail=dict(item.detail))
        for item in reasons
    ]


@router.get("/requests/{request_id}/offers", response_model=list[OfferOut])
def offers(request_id: str, caller: Caller, reading: Reading) -> list[OfferOut]:
    """Every offer that was made, oldest first."""
    found = reach(reading, caller, request_id, now=utc_now()).request
    return [OfferOut.of(item) for item in offers_of(reading, found)]


@router.post("/requests/{request_id}/offers", status_code=201, response_model=RequestOut)
def counter(request_id: str, body: NewOffer, writing: Writing) -> Response:
    """Offer other terms instead."""
    terms = terms_from_dict(body.terms)

    def made(session: Session) -> RequestOut:
        item = requests.counter(
            session,
            writing.caller,
            request_id,
            agreed_terms(session, writing.caller, terms),
            message=body.message,
            expires_at=body.expires_at,
            now=utc_now(),
        )
        return RequestOut.of(session, writing.caller, item)

    return writing.write(made)


@router.post("/requests/{request_id}/acceptance", response_model=RequestOut)
def accept(request_id: str, body: Accepted, writing: Writing) -> Response:
    """Agree to the newest offer, named by version and digest; the performer then signs it."""

    def agreed(session: Session) -> RequestOut:
        item = requests.accept(
            session,
            writing.caller,
            request_id,
            version=body.version,
            digest=body.digest,
            now=utc_now(),
        )
        return RequestOut.of(session, writing.caller, item)

    return writing.write(agreed, status=200)


@router.post("/requests/{request_id}/end", response_model=RequestOut)
def end(request_id: str, writing: Writing) -> Response:
    """Refuse (performer's side) or withdraw (studio)."""

    def ended(session: Session) -> RequestOut:
        item = requests.end(session, writing.caller, request_id, now=utc_now())
        return RequestOut.of(session, writing.caller, item)

    return writing.write(ended, status=200)


@router.post("/requests/{request_id}/licence-draft", status_code=201, response_model=ToSign)
def draft(request_id: str, writing: Writing, world: Open, agency_key: ByAgency = False) -> Response:
    """What was agreed, as a licence to sign at `/v1/licences/{id}/signature`.

    With `agency_key` it is drafted for the key that is held for your agency, which signs at
    `/v1/licences/{id}/agency-signature`.
    """
    return writing.write(
        lambda session: ToSign.of(
            requests.draft(
                session,
                writing.caller,
                request_id,
                by_agency=agency_key,
                base_url=world.settings.base_url,
                now=utc_now(),
            )
        )
    )


@router.post("/licences/{licence_id}/termination", status_code=201, response_model=TerminationOut)
def terminate(licence_id: str, writing: Writing) -> Response:
    """Give notice, from either side: the licence ends after the agreed days."""

    def ended(session: Session) -> TerminationOut:
        notice = deciding.terminate(session, writing.caller, licence_id)
        return TerminationOut(licence_id=licence_id, ends_at=notice.ends_at)

    return writing.write(ended)
