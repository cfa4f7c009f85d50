"""What licensees report of a month as a whole, and the pools of their titles divided by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from core.currencies import check_listed
from core.db import next_seq
from core.errors import BadInput
from core.principal import Principal, require
from licensing.models import TariffRef
from royalties.begun import newest_month
from royalties.counting import facts_of
from royalties.models import UsageLine
from royalties.pooled import PoolReport, divided, in_pool
from royalties.service.books import collector
from royalties.service.periods import check_month
from royalties.service.training import TrainingsOf
from royalties.store import intake
from royalties.store import pools as store
from royalties.store import usage as usage_store
from royalties.tariffs.facts import Facts
from royalties.tariffs.forms import COUNT_MAX
from royalties.tariffs.models import IncomeKind, Tariff
from royalties.tariffs.rates import AmountWithWorking
from royalties.territories import factors_for


@dataclass(slots=True)
class PoolsOf:
    """A licensee's pools, each divided once: keep it for as long as nothing is reported."""

    session: Session
    principal: Principal
    _trainings: TrainingsOf = field(init=False)
    _known: dict[tuple[TariffRef, str], Mapping[str, AmountWithWorking] | str] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self._trainings = TrainingsOf(self.session, self.principal)

    def trained(
        self, ref: TariffRef, tariff: Tariff, line: UsageLine
    ) -> Mapping[str, AmountWithWorking] | str:
        """What everybody gets of the pool of the dataset that a line is of, or why nobody."""
        return self._trainings.of(ref, tariff, line)

    def of(
        self, ref: TariffRef, tariff: Tariff, period: str
    ) -> Mapping[str, AmountWithWorking] | str:
        """The amount of each usage line of the month in this pool, or why there is none."""
        if (ref, period) not in self._known:
            report = store.of_licensee(self.session, self.principal, period)[:1]
            lines = dict(self._lines(tariff, period))
            self._known[ref, period] = divided(tariff, lines, report[0] if report else None)
        return self._known[ref, period]

    def _lines(self, tariff: Tariff, period: str) -> list[tuple[str, Facts]]:
        factors = factors_for(period)
        found = []
        for cut_id in self._cuts():
            for page in usage_store.pages(self.session, self.principal, cut_id, period=period):
                told = [(line.id, facts_of(line, factors)) for line in page]
                found += [(name, facts) for name, facts in told if in_pool(tariff, facts)]
        return found

    def _cuts(self) -> list[str]:
        """The licensee's own cuts: others' that it may see are in no pool of its own."""
        seen = usage_store.cuts_reported(self.session, self.principal)
        owners = intake.cut_owners(self.session, self.principal, seen)
        return [name for name in seen if owners.get(name) == self.principal.tenant_id]


def report_pool(
    session: Session,
    principal: Principal,
    period: str,
    *,
    subscribers: int | None,
    income_micro: Mapping[IncomeKind, int],
    currency: str,
    now: datetime,
) -> PoolReport:
    """Report a month as a whole; a later report of the same month takes its place.

    Raises `BadInput` for what is no month or count, for a month that has not begun, for income
    without its currency, and for nothing at all.
    """
    require(principal, "usage")
    check_month(period)
    if period > newest_month(now):
        raise BadInput(
            f"{period} has not begun.",
            next_step="Report it once the month is there.",
            code="period-in-future",
        )
    if subscribers is not None and not 0 <= subscribers <= COUNT_MAX:
        raise BadInput("Subscribers are a whole number.", next_step="Write it without signs.")
    if bool(income_micro) != bool(currency):
        raise BadInput("Income and its currency go together.", next_step="Name both, or neither.")
    if currency:
        check_listed(currency)
    if subscribers is None and not income_micro:
        raise BadInput("Nothing is reported.", next_step="Name subscribers or income.")
    made = PoolReport(period, subscribers, income_micro, currency, next_seq(session))
    store.add(session, principal, made, collector=collector(session), at=now)
    return made


def list_reports(
    session: Session, principal: Principal, period: str | None = None
) -> tuple[PoolReport, ...]:
    """One's own reports, of a month or of all, newest first; the newest of a month counts."""
    require(principal, "usage")
    return store.of_licensee(session, principal, period)
