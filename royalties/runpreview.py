"""A run performer by performer, beside what it would be under the deductions of a year before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from royalties.deductions import rates_in, year_before
from royalties.distribution import divided, is_booked
from royalties.models_runs import Outcome, RunKind, RunLine


@dataclass(frozen=True, slots=True)
class PerformerPreview:
    """What a run does for one performer in one currency.

    `before_tax_micro` is what is left of what the run hands on after its deductions, `former_micro`
    what would have been left under the deductions of a year before.
    """

    performer_id: str
    currency: str
    lines: int
    handed_on_micro: int
    drawn_micro: int
    deducted_micro: int
    reserve_micro: int
    tax_micro: int
    payable_micro: int
    blocked_micro: int
    stays_micro: int
    before_tax_micro: int
    former_micro: int


def by_performer(lines: Iterable[RunLine], kind: RunKind) -> Iterator[PerformerPreview]:
    """One preview for each performer and currency; the lines come sorted by performer."""
    for _, group in groupby(lines, key=lambda one: one.performer_id):
        some = sorted(group, key=lambda one: one.currency)
        for currency, of_unit in groupby(some, key=lambda one: one.currency):
            yield _summed(currency, list(of_unit), kind)


def _summed(currency: str, lines: list[RunLine], kind: RunKind) -> PerformerPreview:
    booked = [one for one in lines if is_booked(one)]
    blocked = sum(one.parts.net_micro for one in booked if one.outcome is Outcome.BLOCKED)
    net = sum(one.parts.net_micro for one in booked)
    tax = sum(one.parts.tax_micro + one.parts.surcharge_micro for one in booked)
    return PerformerPreview(
        performer_id=lines[0].performer_id,
        currency=currency,
        lines=len(lines),
        handed_on_micro=sum(one.received_micro for one in booked),
        drawn_micro=sum(one.drawn_micro for one in booked),
        deducted_micro=sum(one.parts.cost_micro + one.parts.social_micro for one in booked),
        reserve_micro=sum(one.parts.reserve_micro for one in booked),
        tax_micro=tax,
        payable_micro=net - blocked,
        blocked_micro=blocked,
        stays_micro=sum(one.stays_micro for one in lines),
        before_tax_micro=net + tax,
        former_micro=sum(_former(one, kind) for one in booked),
    )


def _former(line: RunLine, kind: RunKind) -> int:
    """What is left of a line under the rates of a year before; what is taken back stays so."""
    parts = line.parts
    if not line.category or line.received_micro + line.drawn_micro < 0:
        return parts.net_micro + parts.tax_micro + parts.surcharge_micro
    rates = rates_in(line.category, year_before(line.earned_period))
    return divided(line.received_micro, line.drawn_micro, rates, kind).net_micro
