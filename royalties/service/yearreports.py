"""The report on a year of a book, for whoever keeps it, its auditors, and the operator."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from sqlmodel import Session

from core.errors import BadInput, Broken, NotFound
from core.principal import Principal, SearchCapability, require
from core.tenants import OPERATOR
from royalties import yearreport as rules
from royalties.models_books import Entry, PeriodState
from royalties.service.periods import check_month
from royalties.service.received import received
from royalties.store import periods
from royalties.store import yearly as store
from royalties.waiting import Step, quantile, waited
from royalties.yearreport import Days, Income, Waited, YearReport

SIDES = {"": 0, "debit": 1, "credit": -1}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a year's report: its name, currency, and category or use where it has some.

    Of one month where one is named; `side` is `debit` or `credit`, or empty for both.
    """

    year: str
    name: str
    currency: str
    category: str = ""
    use: str | None = None
    month: str = ""
    side: str = ""


def year_report(
    session: Session, principal: Principal, year: str, *, book: str = "", now: datetime
) -> YearReport:
    """The report on a calendar year of one's own book, or of any for the operator.

    Raises `NotFound` for another's book, `BadInput` for what is no year or one to come,
    `NotAllowed` without `reports`, `Broken` where the figures do not follow from each other.
    """
    # Load.
    require(principal, "reports")
    kept = book or principal.tenant_id
    if kept != principal.tenant_id and principal.tenant_kind != OPERATOR:
        raise NotFound("There is no such book.", next_step="Leave --book out for your own.")
    first, last = _months(year)
    if int(year) > now.year:
        raise BadInput(
            f"The year {year} has not begun.",
            next_step=f"Name one until now: ebenbild report year {now.year}",
            code="bad-year",
        )
    capability = SearchCapability("year-report", kept)
    movements = store.movements(session, capability, kept, first, last)
    opening = store.opening(session, capability, kept, first)
    states = periods.states(session, capability, kept)
    # Decide.
    made = YearReport(
        book=kept,
        year=year,
        as_of=now,
        months_closed=sum(
            state is PeriodState.CLOSED for month, state in states.items() if month[:4] == year
        ),
        movements=movements,
        balances=rules.balances(opening, movements),
        income=_income(session, capability, kept, year),
        days=(
            *_days(
                Waited.DISTRIBUTED, store.received_steps(session, capability, kept, first, last)
            ),
            *_days(Waited.PAID, store.payable_steps(session, capability, kept, first, last)),
        ),
    )
    wrong = next(rules.differences(made), None)
    if wrong is not None:
        raise Broken(f"The report on {year} does not add up: {wrong.where}.")
    return made


def entries_behind(
    session: Session, principal: Principal, asked: Figure, *, after_seq: int = 0, limit: int
) -> tuple[int, list[Entry]]:
    """What a figure of one's own book comes to, and a page of the entries that it adds up.

    Amounts have the sign of the figure. Raises as `year_report` does, and `NotFound` for what is no
    figure of a year.
    """
    require(principal, "reports")
    first, last = _span(asked)
    pairs = rules.behind(asked.name)
    if not pairs or asked.side not in SIDES:
        raise NotFound("There is no such figure.", next_step="Open it from the year report.")
    wanted = store.Behind(
        pairs, first, last, asked.currency, asked.category, asked.use, SIDES[asked.side]
    )
    capability = _capability(principal)
    sign = SIDES[asked.side] or rules.sign_of(asked.name)
    found = store.entries(
        session, capability, principal.tenant_id, wanted, after_seq=after_seq, limit=limit
    )
    total = store.sum_of(session, capability, principal.tenant_id, wanted)
    return sign * total, [replace(one, amount_micro=sign * one.amount_micro) for one in found]


def _span(asked: Figure) -> tuple[str, str]:
    """The first and last month whose entries a figure adds up; what stands adds up all before."""
    if asked.month:
        check_month(asked.month)
        return asked.month, asked.month
    first, last = _months(asked.year)
    if asked.name.startswith(rules.OPENING):
        return "", f"{int(asked.year) - 1}-12"
    return "" if asked.name.startswith(rules.STANDING) else first, last


def _capability(principal: Principal) -> SearchCapability:
    return SearchCapability("year-report", principal.tenant_id)


def _months(year: str) -> tuple[str, str]:
    if len(year) != 4 or not year.isascii() or not year.isdigit() or year < "1970":
        raise BadInput("This is no year.", next_step="Write it as 2026.", code="bad-year")
    return f"{year}-01", f"{year}-12"


def _income(
    session: Session, capability: SearchCapability, book: str, year: str
) -> tuple[Income, ...]:
    """Claims by kind of use; received is what was at the year's end and not at its beginning."""
    claimed = store.claimed(session, capability, book, *_months(year))
    came: defaultdict[tuple[str, str], int] = defaultdict(int)
    for sign, until in ((-1, int(year)), (1, int(year) + 1)):
        at = datetime(until, 1, 1, tzinfo=UTC)
        for one in received(session, capability, book, until=at):
            came[one.use_kind, one.currency] += sign * one.received_micro
    found = (
        Income(use, unit, claimed.get((use, unit), 0), came.get((use, unit), 0))
        for use, unit in sorted({*claimed, *came})
    )
    return tuple(one for one in found if one.claimed_micro or one.received_micro)


def _days(what: Waited, flow: Iterator[tuple[tuple[str, str], Step]]) -> Iterator[Days]:
    """By currency: how long what was handed on in the year had waited."""
    found: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (_, currency), group in groupby(flow, key=lambda item: item[0]):
        for days, amount in waited(step for _, step in group):
            found[currency][days] += amount
    for currency, amounts in sorted(found.items()):
        pairs = list(amounts.items())
        yield Days(
            what=what,
            currency=currency,
            amount_micro=sum(amounts.values()),
            median=quantile(pairs, 1, 2),
            ninetieth=quantile(pairs, 9, 10),
        )
