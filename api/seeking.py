"""Which releases an address asks for, the same for the page, the table and the API."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlmodel import Session

from core.clock import utc_now
from core.errors import BadInput
from core.principal import Principal
from licensing.models_clearance import Verdict
from licensing.releaselist import Order, Sought
from licensing.service import releases
from licensing.service.releases import BLOCKED
from licensing.store.releases import Release

Title = Annotated[str, Query(max_length=100)]
Id = Annotated[str, Query(max_length=64)]
Week = Annotated[str, Query(pattern=r"^(\d{4}-W\d{2})?$", description="A week, as in 2026-W48.")]


class Shelf(StrEnum):
    """Which releases are looked at."""

    UPCOMING = "upcoming"
    BLOCKED = "blocked"
    CLEARED = "cleared"
    ALL = "all"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Asking:
    """The filters of an address as they were given, and what they mean as of today."""

    shelf: Shelf
    order: Order
    title: str
    work: str
    person: str
    verdict: Verdict | None
    week: str
    today: date

    @property
    def sought(self) -> Sought:
        """What is meant; a week says which days, else the shelf does."""
        shelf = {Shelf.BLOCKED: BLOCKED, Shelf.CLEARED: {Verdict.CLEARED}}.get(self.shelf, set())
        first, last = _days(self.week)
        since = first or (None if self.shelf is Shelf.ALL else self.today)
        return Sought(
            verdicts=frozenset({self.verdict} if self.verdict else shelf),
            since=since,
            until=last,
            title=" ".join(self.title.split()),
            work_id=self.work,
            performer_id=self.person,
        )

    @property
    def query(self) -> dict[str, str]:
        """The filters as an address has them, without those that say nothing."""
        said = {
            "shelf": self.shelf.value,
            "order": "" if self.order is Order.NEXT else self.order.value,
            "title": self.title,
            "work": self.work,
            "person": self.person,
            "verdict": self.verdict.value if self.verdict else "",
            "week": self.week,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def wire(self) -> dict[str, Any]:
        """What is meant, as an act on many cuts takes it."""
        sought = self.sought
        return {
            "verdicts": sorted(sought.verdicts),
            "since": sought.since and sought.since.isoformat(),
            "until": sought.until and sought.until.isoformat(),
            "title": sought.title,
            "work_id": sought.work_id,
            "performer_id": sought.performer_id,
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether more is asked for than a shelf."""
        return bool(self.title or self.work or self.person or self.verdict or self.week)

    def on(self, shelf: Shelf) -> "Asking":
        """The same on another shelf."""
        return replace(self, shelf=shelf, verdict=None)

    def found(
        self, session: Session, principal: Principal, after: str, limit: int
    ) -> Sequence[Release]:
        """A page of them, from a cursor on."""
        return releases.list_releases(
            session,
            principal,
            self.sought,
            order=self.order,
            after=place_of(self.order, after),
            limit=limit,
        )


def asking_of(
    *,
    shelf: Shelf = Shelf.UPCOMING,
    order: Order = Order.NEXT,
    title: Title = "",
    work: Id = "",
    person: Id = "",
    verdict: Annotated[str, Query(max_length=20)] = "",
    week: Week = "",
) -> Asking:
    """The filters of an address, as of today; a form sends its empty fields too."""
    if verdict and verdict not in set(Verdict):
        raise BadInput("There is no such verdict.", next_step="Choose one of the list.")
    named = Verdict(verdict) if verdict else None
    return Asking(shelf, order, title, work, person, named, week, utc_now().date())


Asked = Annotated[Asking, Depends(asking_of)]


def cursor_of(order: Order, item: Release) -> str:
    """Where a list goes on after this one."""
    value = {Order.TITLE: "", Order.DECIDED: str(item.seq)}.get(order, item.release_at.isoformat())
    return f"{value}~{item.cut_id}"


def place_of(order: Order, cursor: str) -> tuple[str, str] | None:
    """What a cursor says; raises BadInput for one of others."""
    value, _, cut_id = cursor.partition("~")
    if not cursor:
        return None
    if not cut_id or (order is Order.DECIDED and not value.isdecimal()):
        raise BadInput("The cursor is not one of ours.", next_step="Follow the Link header.")
    return value, cut_id


def _days(week: str) -> tuple[date | None, date | None]:
    """The first and the last day of a week."""
    if not week:
        return None, None
    try:
        first = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError as exc:
        raise BadInput("There is no such week.", next_step="Name one as in 2026-W48.") from exc
    return first, first + timedelta(days=6)
