"""What a use earns by a usage line at the price that its licence agreed on.

A licence names a simple rate or a published tariff. Of a tariff that divides by points a use earns
its own part of the line's amount. What cannot be priced is a code of a reason, never nought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from licensing.models import TariffRef, TariffTerm
from royalties.collecting import NOBODY, Collectors
from royalties.counting import facts_of, facts_pinned
from royalties.flats import Due
from royalties.models import ClearedUse, Origin, Pins, TerritoryFactors, UsageLine
from royalties.participants import present
from royalties.pooled import BY_LINES, LACKING, again_in_pool
from royalties.shares import ShareClaim
from royalties.sisterclaims import again_collected
from royalties.tariffs.facts import Facts, missing
from royalties.tariffs.models import POOLS, Flat, Kind, Per, Split, Tariff
from royalties.tariffs.points import Participant, Portion, by_points
from royalties.tariffs.pricing import price
from royalties.tariffs.rates import AmountWithWorking, amount
from royalties.tariffs.times import in_force_in
from royalties.training import NOT_OF_TRAINING, again_trained, part_name
from royalties.unlicensed import Unlicensed

UNKNOWN = "tariff-unknown"


class Pools(Protocol):
    """Knows what each usage line gets of the pools of its month."""

    def of(
        self, ref: TariffRef, tariff: Tariff, period: str
    ) -> Mapping[str, AmountWithWorking] | str:
        """The amounts by usage line, or the code of why there are none."""
        ...

    def trained(
        self, ref: TariffRef, tariff: Tariff, line: UsageLine
    ) -> Mapping[str, AmountWithWorking] | str:
        """The amounts of everybody in the dataset that a line is of, by `part_name`, or why not."""
        ...


@dataclass(frozen=True, slots=True)
class Agreed:
    """What prices by tariff rest on: the tariffs by pin, who is in the cut, and fees that are due.

    `shares` are what parties claim, by performer, `voided` the live keys that two people ruled
    nobody owes. Empty where every licence names a simple rate and nobody is in the cut without one.
    `collectors` say whose book a claim goes into.
    """

    tariffs: Mapping[TariffRef, Tariff] = field(default_factory=dict)
    uses: Sequence[ClearedUse] = ()
    participants: Sequence[Participant] = ()
    due: Due = frozenset()
    unlicensed: Unlicensed | None = None
    shares: Mapping[str, Sequence[ShareClaim]] = field(default_factory=dict)
    pools: Pools | None = None
    voided: frozenset[str] = frozenset()
    collectors: Collectors = NOBODY


@dataclass(slots=True)
class Parts:
    """How the amounts of one usage line are divided by points; each is divided once."""

    line: UsageLine
    agreed: Agreed
    _known: dict[TariffTerm, Mapping[str, Portion]] = field(default_factory=dict)

    def of(self, term: TariffTerm, tariff: Tariff, amount_micro: int) -> Mapping[str, Portion]:
        """Everybody's part of the line's amount under a tariff, by use."""
        if term not in self._known:
            there = present(self.agreed.participants, self.agreed.uses, self.line)
            divided = by_points(amount_micro, there, tariff.weights)
            self._known[term] = {portion.key: portion for portion in divided}
        return self._known[term]


def earned(
    use: ClearedUse, line: UsageLine, factors: TerritoryFactors, parts: Parts
) -> AmountWithWorking | str:
    """The amount, or the code of why there is none."""
    term, agreed = use.tariff, parts.agreed
    if term.tariff is None:
        if line.origin is Origin.TRAINING:
            return NOT_OF_TRAINING
        factor = factors.of(line.territory)
        simple = amount(term, use_ms=use.use_ms, views=line.views, territory_factor=factor)
        return LACKING if simple is None else simple
    tariff = agreed.tariffs.get(term.tariff)
    if tariff is None or tariff.currency != term.currency:
        return UNKNOWN
    if line.origin is Origin.TRAINING:
        return _trained(tariff, use, line, agreed.pools)
    if tariff.kind in BY_LINES:
        priced = _pooled(term.tariff, tariff, line, agreed.pools)
    else:
        facts = facts_of(line, factors, use)
        refused = _refused(tariff, facts, line, (line.id, use.use_id) in agreed.due)
        priced = refused or price(tariff, facts)
    if isinstance(priced, str) or tariff.split is Split.EACH:
        return priced
    return _part(priced, use, parts.of(term, tariff, priced.amount_micro))


def once(tariff: Tariff) -> Per | None:
    """For what a fee is owed once: a work or a cut; None for all other prices."""
    params = tariff.params
    return params.per if isinstance(params, Flat) and params.per is not Per.DAY else None


def again(
    pins: Pins, stated: AmountWithWorking, tariffs: Mapping[TariffRef, Tariff]
) -> AmountWithWorking | None:
    """The same amount from pinned facts alone; None where its tariff or its points are not there.

    A part by points follows to the millionth that only all parts together settle.
    """
    if pins.origin is Origin.SISTER:
        return again_collected(stated.working)
    term = pins.tariff
    if term.tariff is None:
        return amount(term, use_ms=pins.use_ms, views=pins.views, territory_factor=pins.factor)
    tariff = tariffs.get(term.tariff)
    facts = facts_pinned(pins)
    if tariff is None:
        return None
    if tariff.kind is Kind.TRAINING_POOL:
        return again_trained(tariff, stated)
    if tariff.kind in BY_LINES:
        priced = again_in_pool(tariff, facts, stated.working)
    else:
        priced = None if missing(tariff, facts) else price(tariff, facts)
    if priced is None or tariff.split is Split.EACH:
        return priced
    return _part_again(priced, stated)


def _part_again(priced: AmountWithWorking, stated: AmountWithWorking) -> AmountWithWorking | None:
    points, every = (str(stated.working.get(name, "")) for name in ("points", "points_total"))
    try:
        exact = priced.amount_micro * Fraction(points) / Fraction(every)
    except (ValueError, ZeroDivisionError):
        return None
    settled = stated.amount_micro if 0 <= stated.amount_micro - int(exact) <= 1 else int(exact)
    return _with_points(priced, settled, points, every)


def _refused(tariff: Tariff, facts: Facts, line: UsageLine, due: bool) -> str | None:
    if not in_force_in(tariff, line.period):
        return "tariff-not-in-force"
    if tariff.kind in POOLS:
        return "tariff-of-a-pool"
    if missing(tariff, facts):
        return LACKING
    return "fee-owed-once" if once(tariff) is not None and not due else None


def _pooled(
    ref: TariffRef, tariff: Tariff, line: UsageLine, pools: Pools | None
) -> AmountWithWorking | str:
    """The line's amount of its month's pool; a line outside of the pool lacks its figures."""
    if not in_force_in(tariff, line.period):
        return "tariff-not-in-force"
    found = pools.of(ref, tariff, line.period) if pools else LACKING
    return found if isinstance(found, str) else found.get(line.id, LACKING)


def _trained(
    tariff: Tariff, use: ClearedUse, line: UsageLine, pools: Pools | None
) -> AmountWithWorking | str:
    """The use's amount of the pool of the line's dataset."""
    ref = use.tariff.tariff
    if ref is None or tariff.kind is not Kind.TRAINING_POOL:
        return NOT_OF_TRAINING
    if not in_force_in(tariff, line.period):
        return "tariff-not-in-force"
    found = pools.trained(ref, tariff, line) if pools else LACKING
    if isinstance(found, str):
        return found
    return found.get(part_name(line.id, use.use_id), NOT_OF_TRAINING)


def _part(
    priced: AmountWithWorking, use: ClearedUse, portions: Mapping[str, Portion]
) -> AmountWithWorking:
    own = portions.get(use.use_id)
    every = sum((portion.points for portion in portions.values()), Fraction(0))
    if own is None:
        return _with_points(priced, 0, "0", "1")
    return _with_points(priced, own.amount_micro, str(own.points), str(every))


def _with_points(
    priced: AmountWithWorking, amount_micro: int, points: str, every: str
) -> AmountWithWorking:
    shared: dict[str, int | str] = {
        "line_micro": priced.amount_micro,
        "points": points,
        "points_total": every,
    }
    return AmountWithWorking(amount_micro, {**priced.working, **shared})
