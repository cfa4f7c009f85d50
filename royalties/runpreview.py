"""A run performer by performer, beside what it would be under the deductions of a year before.

It is kept with the run: what a line would have been is rounded line by line, so that no sum of the
database says it, and a page of a run of a million lines would work them all out again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from operator import add

from royalties.deductions import rates_in, year_before
from royalties.distribution import divided, is_booked
from royalties.models_runs import Outcome, Rates, Release, RunKind, RunLine


@dataclass(frozen=True, slots=True)
class PerformerPreview:
    """What a run does for one performer in one currency.

    `before_tax_micro` is what is left of what the run hands on after its deductions, `former_micro`
    what would have been left under the deductions of a year before; both count `set_free_micro`,
    what earlier runs kept and this one sets free, before tax.
    """

    performer_id: str
    currency: str
    lines: int = 0
    handed_on_micro: int = 0
    drawn_micro: int = 0
    deducted_micro: int = 0
    reserve_micro: int = 0
    tax_micro: int = 0
    payable_micro: int = 0
    blocked_micro: int = 0
    stays_micro: int = 0
    before_tax_micro: int = 0
    former_micro: int = 0
    set_free_micro: int = 0


SUMS = tuple(one.name for one in fields(PerformerPreview))[2:]
_BLOCKED = Outcome.BLOCKED


@dataclass(slots=True)
class Previews:
    """Adds up lines as they are told, in any order; those of people nobody knows are left out.

    Memory grows with the performers of a run and not with its claims.
    """

    kind: RunKind
    _sums: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)

    def see(self, lines: Iterable[RunLine]) -> None:
        """Count these lines too."""
        for line in lines:
            if line.performer_id:
                name = line.performer_id, line.currency
                known, sums = self._sums.get(name), _sums_of(line, self.kind)
                self._sums[name] = tuple(map(add, known, sums)) if known else sums

    def set_free(self, releases: Iterable[Release]) -> None:
        """Count money of earlier runs that this one sets free."""
        for one in releases:
            if one.performer_id:
                name = one.performer_id, one.currency
                known, sums = self._sums.get(name), _sums_freed(one)
                self._sums[name] = tuple(map(add, known, sums)) if known else sums

    def told(self) -> list[PerformerPreview]:
        """One preview for each performer and currency, in this order."""
        return [PerformerPreview(*name, *sums) for name, sums in sorted(self._sums.items())]


def _sums_of(line: RunLine, kind: RunKind) -> tuple[int, ...]:
    """What a line adds to each of `SUMS`."""
    if not is_booked(line):
        return (1, 0, 0, 0, 0, 0, 0, 0, line.stays_micro, 0, 0, 0)
    parts = line.parts
    blocked = parts.net_micro if line.outcome is _BLOCKED else 0
    tax = parts.tax_micro + parts.surcharge_micro
    return (
        1,
        line.received_micro,
        line.drawn_micro,
        parts.cost_micro + parts.social_micro,
        parts.reserve_micro,
        tax,
        parts.net_micro - blocked,
        blocked,
        line.stays_micro,
        parts.net_micro + tax,
        _former(line, kind),
        0,
    )


def _sums_freed(one: Release) -> tuple[int, ...]:
    """What money that is set free adds to each of `SUMS`; what it is worth depends on no rates."""
    whole, net = one.parts.whole_micro, one.parts.net_micro
    blocked = net if one.outcome is _BLOCKED else 0
    return (0, 0, 0, 0, 0, whole - net, net - blocked, blocked, 0, whole, whole, whole)


def _former(line: RunLine, kind: RunKind) -> int:
    """What is left of a line under the rates of a year before; what is taken back stays so."""
    parts = line.parts
    untaxed = parts.net_micro + parts.tax_micro + parts.surcharge_micro
    if not line.category or line.received_micro + line.drawn_micro < 0:
        return untaxed
    rates = _rates_before(line.category, line.earned_period)
    if rates.id == line.rates_id:
        return untaxed
    return divided(line.received_micro, line.drawn_micro, rates, kind).net_micro


@cache
def _rates_before(category: str, period: str) -> Rates:
    return rates_in(category, year_before(period))
