"""Tables of requests and their offers, for the two parties and nobody else.

A request to an id that nobody has looks the same to its studio, so its row has no foreign key.
Offers are added and never changed; all of it goes with the performer.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.columns import OWNER, JsonText, Owned, UtcDateTime
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from licensing.models_requests import Offer, Request, RequestState, Side
from licensing.terms import terms_from_dict, terms_to_dict

ROWS_MAX = 500


class RequestRow(Owned, table=True):
    """Table of requests, owned by the studio; the performer's side sees those that reach it."""

    __tablename__ = "licence_request"

    performer_id: str = Field(index=True)
    performer_tenant: str = Field(index=True)
    state: str
    version: int
    expires_at: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(unique=True)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    submission_id: str | None = Field(default=None, index=True)
    licence_id: str | None = Field(default=None, unique=True)


class OfferRow(Owned, table=True):
    """Table of offers."""

    __tablename__ = "licence_offer"
    __table_args__ = (UniqueConstraint("request_id", "version"),)

    request_id: str = Field(foreign_key="licence_request.id")
    performer_id: str = Field(index=True)
    version: int
    side: str
    terms: dict[str, Any] = Field(sa_type=JsonText)
    message: str
    digest: str
    expires_at: datetime = Field(sa_type=UtcDateTime)


def add_request(session: Session, request: Request) -> None:
    """Store a new request."""
    tenant = request.performer_tenant
    session.add(
        RequestRow(
            id=request.id,
            tenant_id=request.tenant_id,
            audience=f"tenant:{tenant}" if tenant else OWNER,
            recorded_at=request.recorded_at,
            performer_id=request.performer_id,
            performer_tenant=tenant,
            state=request.state.value,
            version=request.version,
            expires_at=request.expires_at,
            seq=request.seq,
            changed_at=request.changed_at,
            submission_id=request.submission_id,
        )
    )
    session.flush()


def save_request(session: Session, request: Request) -> None:
    """Store where a request stands now."""
    row = session.get_one(RequestRow, request.id)
    row.state, row.version = request.state.value, request.version
    row.expires_at, row.changed_at = request.expires_at, request.changed_at
    row.licence_id = request.licence_id
    session.add(row)
    session.flush()


def add_offer(session: Session, request: Request, offer: Offer) -> None:
    """Store one more version of the terms."""
    tenant = request.performer_tenant
    session.add(
        OfferRow(
            id=new_id("off"),
            tenant_id=request.tenant_id,
            audience=f"tenant:{tenant}" if tenant else OWNER,
            recorded_at=offer.made_at,
            request_id=request.id,
            performer_id=request.performer_id,
            version=offer.version,
            side=offer.side.value,
            terms=terms_to_dict(offer.terms),
            message=offer.message,
            digest=offer.digest,
            expires_at=offer.expires_at,
        )
    )
    session.flush()


def request(session: Session, principal: Principal, request_id: str) -> Request | None:
    """One request that the principal is a party of."""
    query = select(RequestRow).where(
        col(RequestRow.id) == request_id, visible(RequestRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _request(row)


def addressed(session: Session, _capability: SearchCapability, request_id: str) -> Request | None:
    """One request that reached somebody, whoever it is; for those who speak for the performer."""
    query = select(RequestRow).where(
        col(RequestRow.id) == request_id, col(RequestRow.performer_tenant) != ""
    )
    row = session.exec(query).first()
    return None if row is None else _request(row)


def requests(
    session: Session,
    principal: Principal,
    *,
    states: Collection[RequestState] = (),
    performer_id: str | None = None,
    submission_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> tuple[Request, ...]:
    """Requests that the principal is a party of, newest first; `before_seq` pages on."""
    clauses: list[ColumnElement[bool]] = []
    if states:
        clauses.append(col(RequestRow.state).in_([state.value for state in states]))
    if performer_id is not None:
        clauses.append(col(RequestRow.performer_id) == performer_id)
    if submission_id is not None:
        clauses.append(col(RequestRow.submission_id) == submission_id)
    if before_seq is not None:
        clauses.append(col(RequestRow.seq) < before_seq)
    query = (
        select(RequestRow)
        .where(visible(RequestRow, principal), *clauses)
        .order_by(col(RequestRow.seq).desc())
        .limit(min(limit, ROWS_MAX))
    )
    return tuple(_request(row) for row in session.exec(query))


def of_submissions(
    session: Session, principal: Principal, submission_ids: Collection[str]
) -> tuple[Request, ...]:
    """The principal's own requests about these submissions, newest first."""
    query = (
        select(RequestRow)
        .where(
            owned(RequestRow, principal),
            col(RequestRow.submission_id).in_(submission_ids),
        )
        .order_by(col(RequestRow.seq).desc())
        .limit(ROWS_MAX)
    )
    return tuple(_request(row) for row in session.exec(query))


def offers(session: Session, principal: Principal, request_id: str) -> tuple[Offer, ...]:
    """Every offer of a request, oldest first."""
    query = (
        select(OfferRow)
        .where(col(OfferRow.request_id) == request_id, visible(OfferRow, principal))
        .order_by(col(OfferRow.version))
    )
    return tuple(_offer(row) for row in session.exec(query))


def open_digests(
    session: Session,
    principal: Principal,
    performer_id: str,
    states: Collection[RequestState],
    at: datetime,
) -> tuple[str, ...]:
    """Digests of the newest offers in the principal's own requests in these states, until `at`."""
    query = (
        select(OfferRow.digest)
        .join(RequestRow, col(RequestRow.id) == col(OfferRow.request_id))
        .where(
            owned(RequestRow, principal),
            col(RequestRow.performer_id) == performer_id,
            col(RequestRow.state).in_([state.value for state in states]),
            col(OfferRow.version) == col(RequestRow.version),
            col(RequestRow.expires_at) > at,
        )
    )
    return tuple(session.exec(query))


def of_licence(session: Session, _capability: SearchCapability, licence_id: str) -> Request | None:
    """The request that a licence came of, whoever asks."""
    query = select(RequestRow).where(col(RequestRow.licence_id) == licence_id)
    row = session.exec(query).first()
    return None if row is None else _request(row)


def _request(row: RequestRow) -> Request:
    return Request(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_tenant=row.performer_tenant,
        performer_id=row.performer_id,
        state=RequestState(row.state),
        version=row.version,
        expires_at=row.expires_at,
        seq=row.seq,
        recorded_at=row.recorded_at,
        changed_at=row.changed_at,
        submission_id=row.submission_id,
        licence_id=row.licence_id,
    )


def _offer(row: OfferRow) -> Offer:
    return Offer(
        request_id=row.request_id,
        version=row.version,
        side=Side(row.side),
        terms=terms_from_dict(row.terms),
        message=row.message,
        digest=row.digest,
        made_at=row.recorded_at,
        expires_at=row.expires_at,
    )
