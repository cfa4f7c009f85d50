"""Uses as they held at each time: a new version supersedes the old one, none is overwritten.

Bitemporal: `recorded_at` and `superseded_at` say when the registry held it for true; when the use
itself happens is the release date of the submission. The audience is the performer's tenant.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Index, exists, func, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.places import checked
from core.principal import Principal
from core.visibility import owned, visible
from fingerprint.models import Decision, Modality
from registry.models.evidence import Match, Use
from registry.models.works import KindOfUse
from registry.store.codec import SpansJson, members_of, spans_json, spans_of

PAGE_MAX = 500
VERSIONS_MAX = 50
# A list of what holds is read in its order, and counted, from the index alone.
_PLACES = ("performer_id", "decision", "superseded_at", "seq")


@dataclass(frozen=True, slots=True)
class UseVersion:
    """A version of a use with its studio's tenant; `gone` once another or none came after it.

    `found_at` is when the use was first held for sure, whatever was said of it since.
    """

    use: Use
    tenant_id: str
    seq: int
    found_at: datetime
    gone: bool = False


class UseRow(Owned, table=True):
    """Table of versions of uses; `kind` is empty when the performer was not declared."""

    __tablename__ = "use_version"
    __table_args__ = (
        Index("use_live", "use_id", unique=True, sqlite_where=text("superseded_at IS NULL")),
        Index("use_of_performer", *_PLACES, "tenant_id", "audience"),
        Index("use_of_audience", "audience", "decision", "superseded_at", "seq"),
        append_only("superseded_at"),
    )

    use_id: str = Field(index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    submission_id: str = Field(foreign_key="submission.id", index=True)
    scan_id: str = Field(foreign_key="scan.id")
    performer_id: str = Field(foreign_key="performer.id")
    kind: str | None = None
    modalities: list[str] = Field(sa_type=JsonText)
    decision: str
    spans: SpansJson = Field(sa_type=JsonText)
    match_ids: list[str] = Field(sa_type=JsonText)
    model_ids: list[str] = Field(sa_type=JsonText)
    threshold_ids: list[str] = Field(sa_type=JsonText)
    engagement_ref: str = ""
    seq: int = Field(unique=True)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_use(
    session: Session,
    use: Use,
    *,
    version_id: str,
    tenant_id: str,
    audience: str,
    seq: int,
    at: datetime,
) -> None:
    """Store a version of a use that has no live one."""
    session.add(
        UseRow(
            id=version_id,
            tenant_id=tenant_id,
            audience=audience,
            recorded_at=at,
            use_id=use.id,
            cut_id=use.cut_id,
            submission_id=use.submission_id,
            scan_id=use.scan_id,
            performer_id=use.performer_id,
            kind=use.kind,
            modalities=list(use.modalities),
            decision=use.decision,
            spans=spans_json(use.spans),
            match_ids=list(use.match_ids),
            model_ids=list(use.model_ids),
            threshold_ids=list(use.threshold_ids),
            engagement_ref=use.engagement_ref,
            seq=seq,
        )
    )
    session.flush()


def live_uses(session: Session, principal: Principal, cut_id: str) -> tuple[Use, ...]:
    """The uses of a cut of the caller's own that hold now."""
    return live_in(session, principal, [cut_id])


def live_in(session: Session, principal: Principal, cut_ids: Collection[str]) -> tuple[Use, ...]:
    """The uses of several cuts of the caller's own that hold now."""
    # Sorted here: told to sort, the database would go through the live uses of every cut.
    query = select(UseRow).where(
        checked(col(UseRow.tenant_id)) == principal.tenant_id,
        col(UseRow.cut_id).in_(cut_ids),
        col(UseRow.superseded_at).is_(None),
    )
    return tuple(sorted((_use(row) for row in session.exec(query)), key=lambda use: use.id))


def known(session: Session, principal: Principal, use_ids: Collection[str]) -> set[str]:
    """Which of these uses of the caller's own were ever found, also those that hold no more."""
    query = select(UseRow.use_id).where(owned(UseRow, principal), col(UseRow.use_id).in_(use_ids))
    return set(session.exec(query)) if use_ids else set()


def supersede(session: Session, principal: Principal, use_id: str, *, at: datetime) -> None:
    """End the live version of a use; it stays readable."""
    query = select(UseRow).where(
        owned(UseRow, principal),
        col(UseRow.use_id) == use_id,
        col(UseRow.superseded_at).is_(None),
    )
    for row in session.exec(query).all():
        row.superseded_at = at
        session.add(row)
    session.flush()


def uses_of_own_performers(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> tuple[UseVersion, ...]:
    """Live uses of the caller's performers by other tenants, newest first.

    Only sure ones: a doubtful find may be about somebody else.
    """
    addressed = col(UseRow.audience) == f"tenant:{principal.tenant_id}"
    return _newest(session, addressed, before_seq=before_seq, limit=limit)


def of_performer(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    since: datetime | None = None,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[UseVersion, ...]:
    """Live sure uses of one performer that the caller may see, newest first.

    `since` leaves out what was found before, whatever was said of it since.
    """
    clauses = _about(principal, performer_id, since)
    return _newest(session, *clauses, before_seq=before_seq, limit=limit)


def count_of_performer(
    session: Session, principal: Principal, performer_id: str, *, since: datetime | None = None
) -> int:
    """How many live sure uses of one performer the caller may see."""
    query = select(func.count()).where(*_SURE, *_about(principal, performer_id, since))
    return session.exec(query).one()


def in_cuts(
    session: Session, principal: Principal, performer_id: str, cut_ids: Collection[str]
) -> tuple[UseVersion, ...]:
    """The newest version of any use of a performer in each of these cuts, as the caller may see."""
    newest = (
        select(func.max(UseRow.seq))
        .where(
            visible(UseRow, principal),
            col(UseRow.performer_id) == performer_id,
            col(UseRow.cut_id).in_(cut_ids),
        )
        .group_by(col(UseRow.cut_id))
    )
    return _versions(session, session.exec(select(UseRow).where(col(UseRow.seq).in_(newest))))


def versions(
    session: Session, principal: Principal, performer_id: str, use_id: str
) -> tuple[UseVersion, ...]:
    """The newest versions of a use that was sure, newest first; raises NotFound where none was."""
    query = (
        select(UseRow)
        .where(
            visible(UseRow, principal),
            col(UseRow.use_id) == use_id,
            col(UseRow.performer_id) == performer_id,
            col(UseRow.decision) == Decision.MATCH.value,
        )
        .order_by(col(UseRow.seq).desc())
        .limit(VERSIONS_MAX)
    )
    found = _versions(session, session.exec(query))
    if not found:
        raise _no_use()
    return found


def was_sure(session: Session, principal: Principal, match: Match) -> bool:
    """Whether a sure use that the caller may see ever rested on this match."""
    query = select(UseRow.match_ids).where(
        visible(UseRow, principal),
        col(UseRow.performer_id) == match.performer_id,
        col(UseRow.cut_id) == match.cut_id,
        col(UseRow.decision) == Decision.MATCH.value,
    )
    return any(match.id in ids for ids in session.exec(query))


def _about(
    principal: Principal, performer_id: str, since: datetime | None
) -> list[ColumnElement[bool]]:
    clauses = [visible(UseRow, principal), col(UseRow.performer_id) == performer_id]
    if since is None:
        return clauses
    # Said to be somebody else and taken back, or seen longer by a later scan: it is the same use.
    earlier = aliased(UseRow)
    before = exists().where(
        col(earlier.use_id) == col(UseRow.use_id),
        col(earlier.decision) == Decision.MATCH.value,
        col(earlier.recorded_at) < since,
    )
    return [*clauses, col(UseRow.recorded_at) >= since, ~before]


def _newest(
    session: Session, *clauses: ColumnElement[bool], before_seq: int | None, limit: int
) -> tuple[UseVersion, ...]:
    query = select(UseRow).where(*_SURE, *clauses)
    if before_seq is not None:
        query = query.where(col(UseRow.seq) < before_seq)
    ordered = query.order_by(col(UseRow.seq).desc()).limit(min(limit, PAGE_MAX))
    return _versions(session, session.exec(ordered))


_SURE = (col(UseRow.decision) == Decision.MATCH.value, col(UseRow.superseded_at).is_(None))


def _no_use() -> NotFound:
    return NotFound("There is no such use.", next_step="Check the use id.")


def _versions(session: Session, found: Iterable[UseRow]) -> tuple[UseVersion, ...]:
    rows = tuple(found)
    query = select(UseRow.use_id, func.min(UseRow.recorded_at)).where(
        col(UseRow.use_id).in_({row.use_id for row in rows}),
        col(UseRow.decision) == Decision.MATCH.value,
    )
    first = dict(session.exec(query.group_by(col(UseRow.use_id))).all()) if rows else {}
    return tuple(
        UseVersion(
            _use(row),
            row.tenant_id,
            row.seq,
            first.get(row.use_id, row.recorded_at),
            gone=row.superseded_at is not None,
        )
        for row in rows
    )


def _use(row: UseRow) -> Use:
    return Use(
        id=row.use_id,
        cut_id=row.cut_id,
        submission_id=row.submission_id,
        scan_id=row.scan_id,
        performer_id=row.performer_id,
        kind=None if row.kind is None else KindOfUse(row.kind),
        modalities=members_of(Modality, row.modalities),
        decision=Decision(row.decision),
        spans=spans_of(row.spans),
        match_ids=tuple(row.match_ids),
        model_ids=tuple(row.model_ids),
        threshold_ids=tuple(row.threshold_ids),
        engagement_ref=row.engagement_ref,
    )
