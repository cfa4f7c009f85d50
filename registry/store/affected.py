"""What is held of each performer, counted over all organisations: whom a breach affects."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from core.principal import SearchCapability
from registry.store.enrolments import EnrolmentRow
from registry.store.people import PerformerRow, names_of
from registry.store.traces import TraceRow

# Tables of other packages are named and not imported: they may hang on a performer too.
_COUNTED = (
    ("templates", "template"),
    ("samples", "material"),
    ("excerpts", "excerpt"),
    ("consents", "enrolment"),
    ("keys", "key_binding"),
    ("licences", "licence"),
    ("matches", "match"),
    ("payments", "accrual"),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """So many things of one kind about one performer."""

    tenant_id: str
    performer_id: str
    public_name: str
    what: str
    count: int


def holdings(session: Session, _capability: SearchCapability) -> Iterator[Holding]:
    """Everything held of every performer who was not erased, by performer and kind."""
    counts = {what: _by_performer(session, table) for what, table in _COUNTED}
    counts["found_vectors"] = _found(session)
    query = select(PerformerRow).where(col(PerformerRow.erased_at).is_(None))
    for row in session.exec(query.order_by(col(PerformerRow.tenant_id), col(PerformerRow.id))):
        public_name = names_of(session, row)[1]
        yield Holding(row.tenant_id, row.id, public_name, "names", 2)
        for what, found in counts.items():
            if row.id in found:
                yield Holding(row.tenant_id, row.id, public_name, what, found[row.id])


def _by_performer(session: Session, name: str) -> dict[str, int]:
    table = SQLModel.metadata.tables.get(name)
    if table is None:
        return {}
    query = select(table.c.performer_id, func.count()).group_by(table.c.performer_id)
    return {row[0]: int(row[1]) for row in session.connection().execute(query) if row[0]}


def _found(session: Session) -> dict[str, int]:
    query = (
        select(EnrolmentRow.performer_id, func.count())
        .join(TraceRow, col(TraceRow.consent_id) == col(EnrolmentRow.id))
        .where(col(TraceRow.sealed).is_not(None))
        .group_by(col(EnrolmentRow.performer_id))
    )
    return {performer_id: int(count) for performer_id, count in session.exec(query)}
