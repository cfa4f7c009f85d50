"""Content prints and the links between submissions that they gave.

A print is not biometric, but it tells which film somebody holds: it is sealed, and each query
names the tenant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, or_
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from fingerprint.content.models import Link, Part
from registry.models.content import ContentLink
from registry.store.codec import SpansJson, spans_json, spans_of


class ContentPrintRow(Owned, table=True):
    """Table of content prints, one for the sound and one for the pictures of a submission."""

    __tablename__ = "content_print"
    __table_args__ = (UniqueConstraint("submission_id", "part"),)

    submission_id: str = Field(foreign_key="submission.id", index=True)
    cut_id: str = Field(foreign_key="cut.id")
    part: str
    seq: int
    sealed: bytes


class ContentLinkRow(Owned, table=True):
    """Table of stretches that were found again."""

    __tablename__ = "content_link"

    submission_id: str = Field(foreign_key="submission.id", index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    known_submission_id: str = Field(foreign_key="submission.id", index=True)
    known_cut_id: str = Field(foreign_key="cut.id", index=True)
    part: str
    here: SpansJson = Field(sa_type=JsonText)
    there: SpansJson = Field(sa_type=JsonText)
    intact: SpansJson = Field(sa_type=JsonText)
    speed: float
    error: float
    evidence: int
    mirrored: bool
    identical: bool


@dataclass(frozen=True, slots=True)
class SealedContent:
    """A sealed content print and what its seal is bound to."""

    id: str
    tenant_id: str
    submission_id: str
    part: Part
    sealed: bytes


def add_print(
    session: Session,
    principal: Principal,
    *,
    print_id: str,
    submission_id: str,
    cut_id: str,
    part: Part,
    sealed: bytes,
    seq: int,
    at: datetime,
) -> None:
    """Store the sealed print of one part of a submission."""
    session.add(
        ContentPrintRow(
            id=print_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            submission_id=submission_id,
            cut_id=cut_id,
            part=part,
            seq=seq,
            sealed=sealed,
        )
    )
    session.flush()


def print_of(
    session: Session, principal: Principal, submission_id: str, part: Part
) -> bytes | None:
    """The sealed print of one part of a submission."""
    query = select(ContentPrintRow.sealed).where(
        owned(ContentPrintRow, principal),
        col(ContentPrintRow.submission_id) == submission_id,
        col(ContentPrintRow.part) == part,
    )
    return session.exec(query).first()


def sealed_after(
    session: Session, _capability: SearchCapability, after_id: str, *, limit: int
) -> tuple[SealedContent, ...]:
    """Content prints of all tenants, by id, from the one after `after_id`."""
    query = (
        select(ContentPrintRow)
        .where(col(ContentPrintRow.id) > after_id)
        .order_by(col(ContentPrintRow.id))
        .limit(limit)
    )
    return tuple(
        SealedContent(row.id, row.tenant_id, row.submission_id, Part(row.part), row.sealed)
        for row in session.exec(query)
    )


def newest(
    session: Session, _capability: SearchCapability, part: Part, *, limit: int
) -> tuple[str, ...]:
    """Ids of the content prints of one part of all tenants, the newest first."""
    query = (
        select(ContentPrintRow.id)
        .where(col(ContentPrintRow.part) == part)
        .order_by(col(ContentPrintRow.seq).desc())
        .limit(limit)
    )
    return tuple(session.exec(query))


def sealed_one(
    session: Session, _capability: SearchCapability, print_id: str
) -> SealedContent | None:
    """One content print of any tenant; `None` when it is gone."""
    row = session.get(ContentPrintRow, print_id)
    if row is None:
        return None
    return SealedContent(row.id, row.tenant_id, row.submission_id, Part(row.part), row.sealed)


def save_seal(
    session: Session, _capability: SearchCapability, print_id: str, sealed: bytes
) -> None:
    """Store the same print under another seal."""
    row = session.get_one(ContentPrintRow, print_id)
    row.sealed = sealed
    session.add(row)
    session.flush()


def printed(
    session: Session, principal: Principal, *, except_id: str, limit: int
) -> tuple[tuple[str, str], ...]:
    """(submission, cut) of every other print of the tenant, newest first."""
    query = (
        select(ContentPrintRow.submission_id, ContentPrintRow.cut_id)
        .where(
            owned(ContentPrintRow, principal),
            col(ContentPrintRow.submission_id) != except_id,
        )
        .order_by(col(ContentPrintRow.seq).desc())
        .limit(2 * limit)
    )
    return tuple(dict.fromkeys((row[0], row[1]) for row in session.exec(query)))[:limit]


def add_link(session: Session, item: ContentLink, *, at: datetime) -> None:
    """Store a stretch that was found again."""
    link = item.link
    session.add(
        ContentLinkRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=at,
            submission_id=item.submission_id,
            cut_id=item.cut_id,
            known_submission_id=item.known_submission_id,
            known_cut_id=item.known_cut_id,
            part=link.part,
            here=spans_json([link.here]),
            there=spans_json([link.there]),
            intact=spans_json(link.intact),
            speed=link.speed,
            error=link.error,
            evidence=link.evidence,
            mirrored=link.mirrored,
            identical=item.identical,
        )
    )
    session.flush()


def links_of_submission(
    session: Session, principal: Principal, submission_id: str
) -> tuple[ContentLink, ...]:
    """What of a submission was found in earlier ones."""
    found = _links(session, principal, col(ContentLinkRow.submission_id) == submission_id)
    return tuple(found)


def links_of_cut(session: Session, principal: Principal, cut_id: str) -> tuple[ContentLink, ...]:
    """What a cut shares with others, whichever came first."""
    either = or_(col(ContentLinkRow.cut_id) == cut_id, col(ContentLinkRow.known_cut_id) == cut_id)
    return tuple(_links(session, principal, either))


def _links(session: Session, principal: Principal, which: object) -> Iterator[ContentLink]:
    query = (
        select(ContentLinkRow)
        .where(visible(ContentLinkRow, principal), which)  # type: ignore[arg-type]
        .order_by(col(ContentLinkRow.recorded_at), col(ContentLinkRow.id))
    )
    return (_link(row) for row in session.exec(query))


def _link(row: ContentLinkRow) -> ContentLink:
    (here,), (there,) = spans_of(row.here), spans_of(row.there)
    return ContentLink(
        id=row.id,
        tenant_id=row.tenant_id,
        submission_id=row.submission_id,
        cut_id=row.cut_id,
        known_submission_id=row.known_submission_id,
        known_cut_id=row.known_cut_id,
        link=Link(
            Part(row.part),
            here,
            there,
            speed=row.speed,
            error=row.error,
            evidence=row.evidence,
            intact=spans_of(row.intact),
            mirrored=row.mirrored,
        ),
        identical=row.identical,
    )
