"""A dry run: what a month would have paid under a tariff, and what it did; nothing is written."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from core.errors import BadInput, NotFound
from core.principal import Principal, require, system
from registry.store import works
from royalties.agreed import once
from royalties.dryrun import Cast, Counted, Month, count
from royalties.entitlement import entitled
from royalties.flats import Firsts
from royalties.models import UsageLine
from royalties.models_books import MonthClaim
from royalties.outcomes import Outcome
from royalties.participants import everybody
from royalties.pooled import BY_LINES, PoolReport
from royalties.reports.rows import PERIOD
from royalties.service import statements
from royalties.service.entitlements import history_of, parties_of
from royalties.service.tariffs import get_tariff
from royalties.service.training import TrainingsOf
from royalties.service.usage_intake import COLLECTORS
from royalties.store import journal
from royalties.store import pools as pool_store
from royalties.store import usage as usage_store
from royalties.store.tariffs import Published
from royalties.tariffs.figures import Beside, beside_from_dict
from royalties.tariffs.models import POOLS, Kind
from royalties.tariffs.times import in_force_in
from royalties.territories import factors_for
from royalties.training import DatasetMonth, TrainingReport

LINES_MAX = 500_000


@dataclass(frozen=True, slots=True)
class PerformerResult:
    """What a performer would have got and did get, in millionths of the tariff's currency.

    `paid_otherwise` is what was booked in other currencies, which are not compared. Not `complete`
    where a line lacks a figure: then the amount is not all of it.
    """

    performer_id: str
    amount_micro: int
    paid_micro: int
    paid_otherwise: Mapping[str, int]
    complete: bool

    @property
    def difference_micro(self) -> int:
        """What the tariff would have changed."""
        return self.amount_micro - self.paid_micro


@dataclass(frozen=True, slots=True)
class DryRun:
    """A month under a tariff; `undecided` cuts have no decision that the caller may see.

    `reports` is what licensees reported of the month as a whole, and `datasets` what of datasets
    that models were trained with, where the tariff divides that.
    """

    published: Published
    period: str
    in_force: bool
    lines: int
    undecided: int
    performers: tuple[PerformerResult, ...]
    others: Mapping[Outcome, int]
    missing: Mapping[str, int]
    reports: Mapping[str, PoolReport]
    datasets: Sequence[DatasetMonth] = ()

    @property
    def told(self) -> list[tuple[str, PoolReport | TrainingReport]]:
        """Every report that the tariff divides, with the licensee who made it."""
        return [*self.reports.items(), *((one.licensee_id, one.report) for one in self.datasets)]


def dry_run(
    session: Session,
    principal: Principal,
    tariff_id: str,
    *,
    period: str,
    version: int | None = None,
    figures: Mapping[str, Any],
) -> DryRun:
    """Price a month's usage lines that the caller may see under a tariff, shipped or published.

    Who collects sees what stands in its own book: the claims of a month are priced anew, each by
    the decision that it rests on. Of a book without claims, and for everybody else, it is what
    they reported themselves.

    Raises `NotFound` for the tariff, `BadInput` for a period that is no month, for figures that
    cannot be read and for more than `LINES_MAX` lines, `NotAllowed` without `usage` and `reports`.
    """
    # Load.
    require(principal, "usage")
    require(principal, "reports")
    if PERIOD.fullmatch(period) is None:
        raise BadInput("A period is a month.", next_step="Write it as 2026-11.", code="bad-period")
    published = get_tariff(session, principal, tariff_id, version)
    beside = beside_from_dict(figures)
    month, undecided = _month(session, principal, published, beside, period)
    # Decide.
    counted = count(published.tariff, month, beside)
    return DryRun(
        published=published,
        period=period,
        in_force=in_force_in(published.tariff, period),
        lines=len(month.lines),
        undecided=undecided,
        performers=_compared(session, principal, published, period, counted),
        others={outcome: amount for outcome, amount in counted.others.items() if amount},
        missing=dict(counted.missing),
        reports=month.reports,
        datasets=month.datasets,
    )


def _month(
    session: Session, principal: Principal, published: Published, beside: Beside, period: str
) -> tuple[Month, int]:
    firsts = Firsts(once(published.tariff))
    casts: dict[str, Cast] = {}
    lines: list[UsageLine] = []
    claims = _claims(session, principal, period)
    own = frozenset((one.line_id, one.performer_id) for one in claims) if claims else None
    ours = {one.line_id for one in claims}
    # A pool is divided over all titles; of anything else a book looks at its own lines alone.
    every = own is None or published.tariff.kind in POOLS
    undecided = 0
    for cut_id, reader in _readers(session, principal, claims).items():
        cast = _cast(session, reader, cut_id, beside)
        undecided += cast is None
        casts[cut_id] = cast or Cast(cut_id, "", (), ())
        for page in usage_store.pages(session, reader, cut_id):
            lines += [line for line in page if line.period == period and (every or line.id in ours)]
            for use in casts[cut_id].uses:
                for line in page:
                    firsts.see(casts[cut_id].work_id, use, line)
        if len(lines) > LINES_MAX:
            raise BadInput(
                f"More than {LINES_MAX} usage lines cannot be tried at once.",
                next_step="Ask for a month with fewer lines.",
                code="too-many-lines",
            )
    licensees = sorted({cast.licensee_id for cast in casts.values()} - {""})
    month = Month(
        lines,
        factors_for(period),
        casts,
        firsts.due(),
        own,
        _reports(session, published, licensees, period),
        _datasets(session, published, licensees, period, own),
    )
    return month, undecided


def _reports(
    session: Session, published: Published, licensees: Iterable[str], period: str
) -> dict[str, PoolReport]:
    """The newest report of the month of each licensee, for a tariff that divides it over lines."""
    if published.tariff.kind not in BY_LINES:
        return {}
    found = {one: pool_store.of_licensee(session, system(one), period)[:1] for one in licensees}
    return {one: reports[0] for one, reports in found.items() if reports}


def _datasets(
    session: Session,
    published: Published,
    licensees: Iterable[str],
    period: str,
    own: Container[tuple[str, str]] | None,
) -> list[DatasetMonth]:
    """What each licensee reported of its datasets, for a tariff that divides just that.

    Of a book those in which somebody has a claim of its own.
    """
    if published.tariff.kind is not Kind.TRAINING_POOL:
        return []
    return [
        found
        for one in licensees
        for found in TrainingsOf(session, system(one)).reported(period)
        if own is None or any((who.line_id, who.performer_id) in own for who in found.people)
    ]


def _claims(session: Session, principal: Principal, period: str) -> list[MonthClaim]:
    """What stands in the book of who collects; nobody else has one."""
    if principal.tenant_kind not in COLLECTORS:
        return []
    return journal.claims_of_month(session, principal, period)


def _readers(
    session: Session, principal: Principal, claims: Sequence[MonthClaim]
) -> dict[str, Principal]:
    """Who reads the decisions on each cut: its owner where a claim is booked, else who asks."""
    found = dict.fromkeys(usage_store.cuts_reported(session, principal), principal)
    return found | {one.cut_id: system(one.licensee_id) for one in claims}


def _cast(session: Session, principal: Principal, cut_id: str, beside: Beside) -> Cast | None:
    """Who is in a cut, by its newest decision; None where the caller may see none."""
    try:
        cut = works.get_cut(session, principal, cut_id)
    except NotFound:
        return None
    history = history_of(session, principal, cut_id)
    if not history:
        return None
    uses, _ = entitled(history, parties_of(session, principal, history))
    participants = everybody(history[-1], uses, format=cut.format, roles=beside.roles)
    return Cast(cut_id, cut.work_id, uses, participants, cut.tenant_id)


def _compared(
    session: Session, principal: Principal, published: Published, period: str, counted: Counted
) -> tuple[PerformerResult, ...]:
    found = []
    for performer_id in sorted(counted.performers):
        paid = _paid(session, principal, performer_id, period)
        here = paid.pop(published.tariff.currency, 0)
        amount = counted.performers[performer_id]
        complete = performer_id not in counted.unpriced
        found.append(PerformerResult(performer_id, amount, here, paid, complete))
    return tuple(found)


def _paid(session: Session, principal: Principal, performer_id: str, period: str) -> dict[str, int]:
    """What stands in the books that the caller may see, by currency."""
    try:
        stated = statements.statement(session, principal, performer_id=performer_id, period=period)
    except NotFound:
        return {}
    return {total.currency: total.total_micro for total in stated.totals}
