"""Tables of the content prints of found clips, and of submissions that hold a noticed recording.

A print says which recording somebody noticed, so it is sealed; a hit lies with the studio whose
submission it is in, and names the performer so that it goes with him.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from fingerprint.content.models import Part
from licensing.models_staydown import Hit, Recording
from licensing.staydown import noticed_spans
from licensing.store import clips
from licensing.store.clips import ClipRow
from registry.store.codec import SpansJson, spans_json, spans_of


class NoticedPrintRow(Owned, table=True):
    """Table of the content prints of clips in which a performer was found, one a part."""

    __tablename__ = "noticed_print"
    __table_args__ = (UniqueConstraint("clip_id", "part"),)

    clip_id: str = Field(foreign_key="found_clip.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    part: str
    sealed: bytes


class NoticedHitRow(Owned, table=True):
    """Table of stretches of submissions that are a noticed recording; the studio's."""

    __tablename__ = "noticed_hit"
    __table_args__ = (UniqueConstraint("submission_id", "clip_id", "part"),)

    submission_id: str = Field(foreign_key="submission.id", index=True)
    clip_id: str = Field(foreign_key="found_clip.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    part: str
    exact: SpansJson = Field(sa_type=JsonText)
    altered: SpansJson = Field(sa_type=JsonText)


@dataclass(frozen=True, slots=True)
class Concerned:
    """A submission that a noticed recording is in, and whose it is."""

    tenant_id: str
    submission_id: str


def add_print(
    session: Session,
    *,
    tenant_id: str,
    performer_id: str,
    clip_id: str,
    part: Part,
    sealed: bytes,
    at: datetime,
) -> None:
    """Store the sealed print of one part of a clip."""
    session.add(
        NoticedPrintRow(
            id=new_id("npr"),
            tenant_id=tenant_id,
            recorded_at=at,
            clip_id=clip_id,
            performer_id=performer_id,
            part=part.value,
            sealed=sealed,
        )
    )
    session.flush()


def recordings(
    session: Session, _capability: SearchCapability, clip_ids: Collection[str]
) -> tuple[Recording, ...]:
    """These clips, across tenants, with their sealed prints, in the order of their ids."""
    prints: dict[str, dict[Part, bytes]] = {}
    of_clips = select(NoticedPrintRow).where(col(NoticedPrintRow.clip_id).in_(clip_ids))
    for row in session.exec(of_clips):
        prints.setdefault(row.clip_id, {})[Part(row.part)] = row.sealed
    query = select(ClipRow).where(col(ClipRow.id).in_(clip_ids)).order_by(col(ClipRow.id))
    return tuple(
        Recording(
            clip_id=row.id,
            tenant_id=row.tenant_id,
            performer_id=row.performer_id,
            sha256=row.sha256,
            spans=noticed_spans(clips.seen_of(row)),
            sealed=prints.get(row.id, {}),
        )
        for row in session.exec(query)
    )


def printed_before(
    session: Session, _capability: SearchCapability, before: datetime
) -> tuple[str, ...]:
    """Ids of the clips whose prints were made before that time, across tenants."""
    query = (
        select(NoticedPrintRow.clip_id)
        .where(col(NoticedPrintRow.recorded_at) < before)
        .distinct()
        .order_by(col(NoticedPrintRow.clip_id))
    )
    return tuple(session.exec(query))


def drop_prints(session: Session, clip_ids: Collection[str]) -> int:
    """Delete the prints of these clips; returns how many."""
    done = session.connection().execute(
        delete(NoticedPrintRow).where(col(NoticedPrintRow.clip_id).in_(clip_ids))
    )
    return int(done.rowcount)


def add_hit(
    session: Session, principal: Principal, submission_id: str, hit: Hit, *, at: datetime
) -> bool:
    """Store a hit in a submission of the principal's; whether it was new."""
    query = select(NoticedHitRow.id).where(
        visible(NoticedHitRow, principal),
        col(NoticedHitRow.submission_id) == submission_id,
        col(NoticedHitRow.clip_id) == hit.clip_id,
        col(NoticedHitRow.part) == hit.part.value,
    )
    if session.exec(query).first() is not None:
        return False
    session.add(
        NoticedHitRow(
            id=new_id("nhi"),
            tenant_id=principal.tenant_id,
            recorded_at=at,
            submission_id=submission_id,
            clip_id=hit.clip_id,
            performer_id=hit.performer_id,
            part=hit.part.value,
            exact=spans_json(hit.exact),
            altered=spans_json(hit.altered),
        )
    )
    session.flush()
    return True


def hits_in(session: Session, principal: Principal, submission_id: str) -> tuple[Hit, ...]:
    """Noticed recordings in a submission of the principal's, in the order in which found."""
    query = (
        select(NoticedHitRow)
        .where(visible(NoticedHitRow, principal), col(NoticedHitRow.submission_id) == submission_id)
        .order_by(col(NoticedHitRow.recorded_at), col(NoticedHitRow.id))
    )
    return tuple(
        Hit(
            row.clip_id,
            row.performer_id,
            Part(row.part),
            spans_of(row.exact),
            spans_of(row.altered),
        )
        for row in session.exec(query)
    )


def concerned(
    session: Session, _capability: SearchCapability, performer_id: str
) -> tuple[Concerned, ...]:
    """Submissions of anybody that hold a recording noticed for this performer."""
    query = (
        select(NoticedHitRow.tenant_id, NoticedHitRow.submission_id)
        .where(col(NoticedHitRow.performer_id) == performer_id)
        .distinct()
        .order_by(col(NoticedHitRow.submission_id))
    )
    return tuple(Concerned(*row) for row in session.exec(query))
