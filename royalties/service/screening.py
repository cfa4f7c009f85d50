"""Looks over the usage lines of one import, and keeps implausible ones for a person.

What contradicts itself is seen line by line. A month far above the cut's own is seen once all lines
of the import are in, in few queries over the cuts it names, so that it costs no look-up per line.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session

from core.ids import derived_id
from core.principal import SearchCapability
from fingerprint.models import Reason
from royalties.models import NOTHING, UsageRow
from royalties.models_usage import Hold, HoldState
from royalties.plausibility import contradictions, jumped, months_back, rules_for
from royalties.service.collectors import CollectorsOf
from royalties.service.holders import book_of
from royalties.store import screened, usageholds
from royalties.store.intake import line_ids

CUTS_MAX = 100_000
_AT_ONCE = 500
_Place = tuple[str, str, str]


@dataclass(slots=True)
class Screen:
    """The look at one import; `cuts` are those whose months are compared when it ends.

    `books` remembers whose clerks decide on what is held.
    """

    import_id: str
    reporter_id: str
    at: datetime
    cuts: set[str] = field(default_factory=set)
    held: int = 0
    books: dict[_Place, str] = field(default_factory=dict)

    def look(
        self,
        session: Session,
        rows: Sequence[UsageRow],
        further: Mapping[UsageRow, Reason] = MappingProxyType({}),
    ) -> None:
        """Keep lines whose figures contradict each other, of rows that were stored just now.

        `further` are reasons that are known of rows beside their figures.
        """
        timed = {row.cut_id for row in rows if row.reported.watched_ms is not None}
        lengths = screened.lengths(session, self._capability, sorted(timed)) if timed else {}
        found = []
        for row in rows if further else [row for row in rows if row.reported is not NOTHING]:
            reasons = contradictions(row, lengths.get(row.cut_id))
            if further and row in further:
                reasons = (*reasons, further[row])
            if reasons:
                found.append((row, reasons))
        names = line_ids([row.content_hash for row, _ in found])
        self._hold(
            session,
            [
                (name, _place(row), reasons)
                for name, (row, reasons) in zip(names, found, strict=True)
            ],
        )
        if len(self.cuts) > CUTS_MAX:
            self.look_back(session)

    def look_back(self, session: Session) -> None:
        """Keep this import's lines of months that are far above the cut's own before them."""
        cut_ids = sorted(self.cuts)
        for start in range(0, len(cut_ids), _AT_ONCE):
            some = cut_ids[start : start + _AT_ONCE]
            jumps = dict(_jumps(screened.month_views(session, self._capability, some)))
            lines = screened.never_held(session, self._capability, self.import_id, list(jumps))
            self._hold(session, [(name, place, (jumps[place],)) for name, place in lines])
        self.cuts.clear()

    @property
    def _capability(self) -> SearchCapability:
        return SearchCapability("plausibility", self.import_id)

    def _hold(
        self, session: Session, lines: Sequence[tuple[str, _Place, tuple[Reason, ...]]]
    ) -> None:
        if not lines:
            return
        books = self._books(session, lines)
        usageholds.add_holds(
            session,
            [
                Hold(
                    id=derived_id("uhd", line_id),
                    tenant_id=books[place],
                    reporter_id=self.reporter_id,
                    line_id=line_id,
                    cut_id=place[0],
                    period=place[2],
                    rules_id=rules_for(place[2]).id,
                    reasons=reasons,
                    state=HoldState.HELD,
                    recorded_at=self.at,
                )
                for line_id, place, reasons in lines
            ],
        )
        self.held += len(lines)

    def _books(
        self, session: Session, lines: Sequence[tuple[str, _Place, tuple[Reason, ...]]]
    ) -> dict[_Place, str]:
        """Whose clerks decide, looked up once for each cut, territory and month."""
        one_of = {place: line_id for line_id, place, _ in lines}
        collecting = CollectorsOf(session)
        for start in range(0, len(one_of), _AT_ONCE):
            some = list(one_of.items())[start : start + _AT_ONCE]
            told = screened.lines_by_id(session, self._capability, [name for _, name in some])
            self.books |= {
                place: book_of(collecting, told[name])
                for place, name in some
                if place not in self.books
            }
        return self.books


def _place(row: UsageRow) -> _Place:
    return row.cut_id, row.territory, row.period


def _jumps(
    months: Mapping[tuple[str, str], Mapping[str, int]],
) -> Iterable[tuple[_Place, Reason]]:
    for (cut_id, territory), views in sorted(months.items()):
        months_told = sorted(views)
        counts = [views[month] for month in months_told]
        for place, (period, total) in enumerate(zip(months_told, counts, strict=True)):
            before = counts[bisect_left(months_told, months_back(period)) : place]
            reason = jumped(total, before, period)
            if reason is not None:
                yield (cut_id, territory, period), reason
