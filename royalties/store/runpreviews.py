"""What each run does for each performer, kept when it is drafted and never changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import OWNER, JsonText, Owned, json_text, time_text
from core.ids import derived_ids
from core.principal import Principal
from core.visibility import owned
from royalties.runpreview import SUMS, PerformerPreview
from royalties.store.bulk import insertion
from royalties.store.runs import run_column, whole

Sums = Mapping[str, Mapping[str, str]]


class RunPreviewRow(Owned, table=True):
    """Table of previews, a row for each performer of a run; `sums` has one entry a currency."""

    __tablename__ = "distribution_preview"
    __table_args__ = (
        UniqueConstraint("run_id", "performer_id"),
        append_only(guards=(whole("distribution_preview", "run_id"),)),
    )

    run_id: str = Field(sa_column_args=(run_column(),))
    performer_id: str
    sums: dict[str, Any] = Field(sa_type=JsonText)


_INSERT = insertion(RunPreviewRow, "run_id", "performer_id", "sums")


def add(
    session: Session, book: str, run_id: str, told: Iterable[PerformerPreview], *, at: datetime
) -> None:
    """Store the previews of a run, which come sorted by performer."""
    sums = {
        performer_id: json_text({one.currency: _said(one) for one in some})
        for performer_id, some in groupby(told, key=attrgetter("performer_id"))
    }
    if sums:
        names, moment = derived_ids("rpv", [run_id] * len(sums), [*sums]), time_text(at)
        rows = zip(names, sums.items(), strict=True)
        values = [(name, book, OWNER, moment, run_id, *one) for name, one in rows]
        session.connection().exec_driver_sql(_INSERT, values)


def page(
    session: Session, principal: Principal, run_id: str, *, after: str, limit: int
) -> list[PerformerPreview]:
    """The previews of `limit` performers behind `after`, in a run of the principal's own book."""
    query = select(RunPreviewRow.performer_id, RunPreviewRow.sums).where(
        col(RunPreviewRow.run_id) == run_id,
        owned(RunPreviewRow, principal),
        col(RunPreviewRow.performer_id) > after,
    )
    rows = session.exec(query.order_by(col(RunPreviewRow.performer_id)).limit(limit))
    return [one for performer_id, sums in rows for one in _read(performer_id, sums)]


def _said(one: PerformerPreview) -> dict[str, str]:
    # As text: sums may be beyond what SQLite and JSON hold as numbers.
    return {name: str(getattr(one, name)) for name in SUMS}


def _read(performer_id: str, sums: Sums) -> list[PerformerPreview]:
    return [
        PerformerPreview(performer_id, unit, **{name: int(text) for name, text in said.items()})
        for unit, said in sorted(sums.items())
    ]
