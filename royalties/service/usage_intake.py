"""Takes batches of usage rows in: each is accepted, a duplicate, or rejected with its cause.

What a batch holds is looked up for all of its rows at once, so that a million lines take a few
hundred queries. An intake goes on where another left off: lines up to there are only looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability
from core.tenants import OPERATOR
from registry.store import cutidentifiers
from royalties.models import ImportReport, Reject, UsageRow
from royalties.store import intake as store
from royalties.store import usage as usage_store

BATCH = 5_000
REJECTS_MAX = 1000
COLLECTORS = frozenset({"society", OPERATOR})
_REMEMBERED_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines as they were read, up to the line `last`."""

    rows: tuple[UsageRow, ...]
    rejects: tuple[Reject, ...]
    last: int


def batches(lines: Iterable[UsageRow | Reject], size: int = BATCH) -> Iterator[Batch]:
    """The lines in batches of at most `size`."""
    rows: list[UsageRow] = []
    rejects: list[Reject] = []
    for one in lines:
        if isinstance(one, Reject):
            rejects.append(one)
        else:
            rows.append(one)
        if len(rows) + len(rejects) == size:
            yield Batch(tuple(rows), tuple(rejects), one.line_no)
            rows, rejects = [], []
    if rows or rejects:
        yield Batch(tuple(rows), tuple(rejects), one.line_no)


@dataclass(slots=True)
class Intake:
    """One import under way; `owners` remembers whose a cut is, "" for one that is not there."""

    principal: Principal
    report: ImportReport
    at: datetime
    owners: dict[str, str] = field(default_factory=dict)

    def take(self, session: Session, batch: Batch) -> tuple[Reject, ...]:
        """Store what is new in a batch and count the rest; returns every reject of it."""
        reached = self.report.reached_line
        fresh, rejects = self._sort(session, batch)
        every = tuple(sorted(rejects, key=lambda one: one.line_no))
        if batch.last <= reached:
            return every
        fresh = [item for item in fresh if item[2].line_no > reached]
        overlapping = self._overlapping(session, fresh)
        store.add_lines(
            session,
            self.principal,
            fresh,
            import_id=self.report.import_id,
            owners=self.owners,
            at=self.at,
        )
        rejected = sum(one.line_no > reached for one in every)
        taken = sum(row.line_no > reached for row in batch.rows)
        lines = taken + sum(one.line_no > reached for one in batch.rejects)
        self.report = replace(
            self.report,
            lines=self.report.lines + lines,
            accepted=self.report.accepted + len(fresh),
            duplicates=self.report.duplicates + lines - len(fresh) - rejected,
            overlapping=self.report.overlapping + overlapping,
            rejected=self.report.rejected + rejected,
            reached_line=batch.last,
        )
        return every

    def _sort(
        self, session: Session, batch: Batch
    ) -> tuple[list[tuple[str, str, UsageRow]], list[Reject]]:
        """What is new, each with its id and hash, and what is wrong; the rest is known."""
        rejects = list(batch.rejects)
        rows = self._placed(session, batch.rows, rejects)
        new: dict[str, tuple[str, str, UsageRow]] = {}
        for row in rows:
            content_hash = row.content_hash
            name = store.line_id(content_hash)
            new.setdefault(name, (name, content_hash, row))
        known = store.known_lines(session, list(new))
        fresh = [item for name, item in new.items() if name not in known]
        return self._correctable(session, fresh, rejects), rejects

    def _placed(
        self, session: Session, rows: Sequence[UsageRow], rejects: list[Reject]
    ) -> list[UsageRow]:
        """The rows whose cut is known; those that name it otherwise get its id."""
        named = self._named(session, rows, rejects)
        if len(self.owners) > _REMEMBERED_MAX:
            self.owners.clear()
        missing = {row.cut_id for row in named} - self.owners.keys()
        if missing:
            found = store.cut_owners(session, self._reader(), sorted(missing))
            self.owners.update({cut_id: found.get(cut_id, "") for cut_id in missing})
        placed = []
        for row in named:
            if self.owners[row.cut_id]:
                placed.append(row)
            else:
                rejects.append(Reject(row.line_no, "unknown-cut", "cut_id", row.text))
        return placed

    def _named(
        self, session: Session, rows: Sequence[UsageRow], rejects: list[Reject]
    ) -> Sequence[UsageRow]:
        """The rows with the cut that their identifiers name, where they do not say it."""
        names = sorted({name for row in rows if not row.cut_id for name in row.names})
        if not names:
            return rows
        cuts = cutidentifiers.cuts_named(session, self._reader(), names)
        found = []
        for row in rows:
            said = set().union(*(cuts.get(name, set()) for name in row.names))
            if row.cut_id:
                found.append(row)
            elif len(said) == 1:
                found.append(replace(row, cut_id=said.pop()))
            else:
                cause = "ambiguous-title" if said else "unknown-title"
                rejects.append(Reject(row.line_no, cause, row.names[0][0], row.text))
        return found

    def _correctable(
        self,
        session: Session,
        items: list[tuple[str, str, UsageRow]],
        rejects: list[Reject],
    ) -> list[tuple[str, str, UsageRow]]:
        """Without corrections of what is not the reporter's, or was corrected before."""
        wanted = [row.supersedes for _, _, row in items if row.supersedes is not None]
        if not wanted:
            return items
        open_lines = usage_store.newest(session, self.principal, wanted)
        found = []
        for item in items:
            row = item[2]
            if row.supersedes is None:
                found.append(item)
            elif row.supersedes in open_lines:
                open_lines.remove(row.supersedes)
                found.append(item)
            else:
                rejects.append(Reject(row.line_no, "unknown-line", "supersedes", row.text))
        return found

    def _overlapping(self, session: Session, fresh: list[tuple[str, str, UsageRow]]) -> int:
        """How many concern a cut, territory and period that has been reported before them."""
        places = [(row.cut_id, row.territory, row.period) for _, _, row in fresh]
        before = store.reported(session, list(set(places)))
        count = 0
        for place in places:
            count += place in before
            before.add(place)
        return count

    def _reader(self) -> Principal | SearchCapability:
        collector = self.principal.tenant_kind in COLLECTORS
        name = self.report.import_id
        return SearchCapability("usage-report", name) if collector else self.principal
