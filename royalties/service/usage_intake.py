"""Takes batches of usage rows in: each is accepted, a duplicate, or rejected with its cause.

What a batch holds is looked up for all of its rows at once, so that a million lines take a few
hundred queries. An intake goes on where another left off: lines up to there are only looked at.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from core.principal import Principal, SearchCapability
from core.tenants import OPERATOR
from registry.store import cutidentifiers
from royalties.begun import begun
from royalties.models import ImportReport, Reject, UsageRow
from royalties.reports.identifiers import OF_CUTS
from royalties.service.screening import Screen
from royalties.store import intake as store
from royalties.store import usage as usage_store
from royalties.store.bulk import give_room_back

BATCH = 5_000
REJECTS_MAX = 1000
COLLECTORS = frozenset({"society", OPERATOR})
_REMEMBERED_MAX = 100_000
_PLACES_MAX = 500_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines as they were read, up to the line `last`."""

    rows: tuple[UsageRow, ...]
    rejects: tuple[Reject, ...]
    last: int


def batches(lines: Iterable[UsageRow | Reject], size: int = BATCH) -> Iterator[Batch]:
    """The lines in batches of at most `size`."""
    source = iter(lines)
    while some := tuple(islice(source, size)):
        rows = tuple([one for one in some if isinstance(one, UsageRow)])
        rejects = tuple([one for one in some if isinstance(one, Reject)])
        yield Batch(rows, rejects, some[-1].line_no)


@dataclass(slots=True)
class Intake:
    """One import under way; `owners` remembers whose a cut is, "" for one that is not there.

    `reported` remembers places that have lines: a large report comes back to most of them.
    """

    principal: Principal
    report: ImportReport
    at: datetime
    owners: dict[str, str] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)
    screen: Screen = field(init=False)

    def __post_init__(self) -> None:
        self.screen = Screen(
            self.report.import_id, self.principal.tenant_id, self.at, held=self.report.held
        )

    def take(self, session: Session, batch: Batch) -> tuple[Reject, ...]:
        """Store what is new in a batch and count the rest; returns every reject of it."""
        reached = self.report.reached_line
        rejects = list(batch.rejects)
        rows = self._placed(session, begun(batch.rows, self.at, rejects), rejects)
        if any(row.supersedes is not None for row in rows):
            rows = self._correctable(session, rows, rejects)
        every = tuple(sorted(rejects, key=lambda one: one.line_no))
        if batch.last <= reached:
            return every
        fresh, overlapping = self._add(session, [row for row in rows if row.line_no > reached])
        rejected = sum(one.line_no > reached for one in every)
        taken = sum(row.line_no > reached for row in batch.rows)
        lines = taken + sum(one.line_no > reached for one in batch.rejects)
        self.report = replace(
            self.report,
            lines=self.report.lines + lines,
            accepted=self.report.accepted + fresh,
            duplicates=self.report.duplicates + lines - fresh - rejected,
            overlapping=self.report.overlapping + overlapping,
            rejected=self.report.rejected + rejected,
            reached_line=batch.last,
            held=self.screen.held,
        )
        return every

    def end(self, session: Session) -> None:
        """Look at the months of all that was taken in; call it once every batch is."""
        self.screen.look_back(session)
        give_room_back(session)
        self.report = replace(self.report, held=self.screen.held)

    def _add(self, session: Session, rows: Sequence[UsageRow]) -> tuple[int, int]:
        """Store what is not known yet: how many lines, and how many of them overlap.

        Those concern a cut, territory and period that was reported before them, and name no line
        that they correct.
        """
        places = store.places_of(rows)
        self._recall(session, set(places))
        added = store.add_lines(
            session,
            self.principal,
            rows,
            import_id=self.report.import_id,
            owners=self.owners,
            at=self.at,
            places=places,
        )
        fresh = rows if added is None else added
        self.screen.look(session, fresh)
        own = places if added is None else store.places_of(added)
        first = set(own) - self.reported
        self.reported |= first
        corrected = store.places_of([row for row in fresh if row.supersedes is not None])
        agreed = sum(place not in first for place in corrected)
        return len(own), len(own) - len(first) - agreed

    def _recall(self, session: Session, places: set[str]) -> None:
        """Have `reported` hold those of these places that have lines already."""
        if len(self.reported) > _PLACES_MAX:
            self.reported.clear()
        self.reported |= store.reported(session, places - self.reported)

    def _placed(
        self, session: Session, rows: Sequence[UsageRow], rejects: list[Reject]
    ) -> list[UsageRow]:
        """The rows whose cut is known; those that name it otherwise get its id."""
        named = self._named(session, rows, rejects)
        if len(self.owners) > _REMEMBERED_MAX:
            self.owners.clear()
        cuts = {row.cut_id for row in named}
        missing = cuts - self.owners.keys()
        if missing:
            found = store.cut_owners(session, self._reader(), sorted(missing))
            self.owners.update({cut_id: found.get(cut_id, "") for cut_id in missing})
        unknown = {cut_id for cut_id in cuts if not self.owners[cut_id]}
        self.screen.cuts |= cuts - unknown
        if not unknown:
            return list(named)
        rejects += [
            Reject(row.line_no, "unknown-cut", "cut_id", row.text)
            for row in named
            if row.cut_id in unknown
        ]
        return [row for row in named if row.cut_id not in unknown]

    def _named(
        self, session: Session, rows: Sequence[UsageRow], rejects: list[Reject]
    ) -> Sequence[UsageRow]:
        """The rows with the cut that their identifiers name; what they say may not gainsay them."""
        names = sorted({name for row in rows for name in row.names if name[0] in OF_CUTS})
        if not names:
            return rows
        cuts = cutidentifiers.cuts_named(session, self._reader(), names)
        found = []
        for row in rows:
            said = set().union(*(cuts.get(name, set()) for name in row.names))
            if row.cut_id and (not said or row.cut_id in said):
                found.append(row)
            elif not row.cut_id and len(said) == 1:
                found.append(row._replace(cut_id=said.pop()))
            else:
                cause = "ambiguous-title" if said else "unknown-title"
                rejects.append(Reject(row.line_no, cause, row.names[0][0], row.text))
        return found

    def _correctable(
        self, session: Session, rows: Sequence[UsageRow], rejects: list[Reject]
    ) -> list[UsageRow]:
        """Without corrections of what is not the reporter's, or was corrected before.

        Those that are in already stay, and so does what says no more than the line it names: they
        are duplicates.
        """
        names = store.line_ids([row.content_hash for row in rows])
        known = store.known_lines(session, names)
        open_lines = usage_store.newest(
            session, self.principal, [row.supersedes for row in rows if row.supersedes is not None]
        )
        found = []
        for name, row in zip(names, rows, strict=True):
            if row.supersedes is None or name in known:
                found.append(row)
            elif _says_the_same(row):
                found.append(row._replace(supersedes=None))
            elif row.supersedes in open_lines:
                open_lines.remove(row.supersedes)
                known.add(name)
                found.append(row)
            else:
                rejects.append(Reject(row.line_no, "unknown-line", "supersedes", row.text))
        return found

    def _reader(self) -> Principal | SearchCapability:
        collector = self.principal.tenant_kind in COLLECTORS
        name = self.report.import_id
        return SearchCapability("usage-report", name) if collector else self.principal


def _says_the_same(row: UsageRow) -> bool:
    """Whether the line that a row corrects says all of it already."""
    return store.line_ids([row._replace(supersedes=None).content_hash]) == [row.supersedes]
