"""What a month would have paid under another tariff, performer by performer; nothing is booked.

The same uses and usage lines are priced as an accrual prices them, whatever price their licences
name. Where an amount is divided by points, the parts of those without a licence are shown as well.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from licensing.models import TariffTerm
from royalties.agreed import once
from royalties.counting import facts_of
from royalties.entitlement import why_not
from royalties.flats import Due
from royalties.models import ClearedUse, TerritoryFactors, UsageLine
from royalties.outcomes import Outcome
from royalties.participants import present
from royalties.pooled import PoolReport, in_pool, whole_of
from royalties.supposed import with_supposed
from royalties.tariffs.facts import Facts, missing
from royalties.tariffs.figures import Beside, Figures, as_facts
from royalties.tariffs.models import POOLS, Kind, Split, Tariff
from royalties.tariffs.points import Participant, by_points
from royalties.tariffs.pools import price_pool
from royalties.tariffs.pricing import price
from royalties.tariffs.rates import AmountWithWorking
from royalties.training import DatasetMonth, Trained, divided, part_name


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in a cut of a licensee: the uses that earn, and everybody who takes part."""

    cut_id: str
    work_id: str
    uses: tuple[ClearedUse, ...]
    participants: tuple[Participant, ...]
    licensee_id: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """The usage lines of one month, their territory factors, and the fees that fall due in it.

    `reports` is what licensees reported of the month as a whole, by their ids. `own` are the lines
    and performers of which a claim stands in the book that is asked about; None where all are
    looked at. `datasets` are those of which something was reported, where a model's earnings are
    what the tariff divides.
    """

    lines: Sequence[UsageLine]
    factors: TerritoryFactors
    casts: Mapping[str, Cast]
    due: Due = frozenset()
    own: frozenset[tuple[str, str]] | None = None
    reports: Mapping[str, PoolReport] = field(default_factory=dict)
    datasets: Sequence[DatasetMonth] = ()

    def earns(self, line: UsageLine, performer_id: str) -> bool:
        """Whether what a performer earns by a line is looked at: of a book only its own claims."""
        return self.own is None or (line.id, performer_id) in self.own


@dataclass(slots=True)
class Counted:
    """Millionths by performer, and by outcome for everybody else; `missing` counts lines.

    Whoever earns in the month is named, also with nothing; `unpriced` are those of whom some line
    lacks a figure, so that their amount is not all of it.
    """

    performers: Counter[str] = field(default_factory=Counter)
    unpriced: set[str] = field(default_factory=set)
    others: Counter[Outcome] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)


def count(tariff: Tariff, month: Month, beside: Beside) -> Counted:
    """Price a month under a tariff.

    A line that lacks a figure is left out and counted under `missing`, by the name of the figure;
    of a pool such a line leaves nothing to divide. Raises BadInput for ambiguous figures.
    """
    if tariff.kind is Kind.TRAINING_POOL:
        return _trained(tariff, month, beside)
    said = {line.id: facts_of(line, month.factors) for line in month.lines}
    rows = with_supposed(beside, month.lines, said)
    if tariff.split is Split.EACH:
        return _each(tariff, month, rows, beside.each.agreed)
    return _divided(tariff, month, rows, as_facts(beside.whole))


def _trained(tariff: Tariff, month: Month, beside: Beside) -> Counted:
    """The dataset is the use: figures are those of performers, or what was reported of datasets.

    Where there are neither, or an income is supposed, the month's titles stand for a dataset whose
    outputs name nobody.
    """
    if month.datasets and not beside.rows and beside.whole == Figures():
        return _by_reports(tariff, month)
    counted = Counted()
    given = {name: as_facts(row) for name, row in beside.of_performers().items()}
    facts = given or {name: Facts(works=works, outputs=0) for name, works in _works(month).items()}
    counted.performers.update(dict.fromkeys(facts, 0))
    counted.performers.update(_pool(tariff, facts, as_facts(beside.whole), counted))
    return counted


def _by_reports(tariff: Tariff, month: Month) -> Counted:
    """Each dataset divided as an accrual does."""
    counted = Counted()
    earning = {
        part_name(line.id, use.use_id) for line in month.lines for use in _earning(month, line)
    }
    for one in month.datasets:
        parts = [part for part in one.people if part.name in earning]
        counted.performers.update({part.performer_id: 0 for part in parts})
        amounts = divided(tariff, one.people, one.report)
        if isinstance(amounts, str):
            lacking = missing(tariff, Facts(works=0, outputs=0), whole=one.report.whole)
            counted.missing.update(lacking)
            counted.unpriced.update(part.performer_id for part in parts)
            continue
        counted.performers.update(_summed(amounts, parts))
        if month.own is None:
            others = [part for part in one.people if part.name not in earning]
            known = [part for part in others if part.performer_id]
            counted.others[Outcome.HELD] += sum(_summed(amounts, known).values())
            strangers = [part for part in others if not part.performer_id]
            counted.others[Outcome.UNIDENTIFIED] += sum(_summed(amounts, strangers).values())
    return counted


def _summed(amounts: Mapping[str, AmountWithWorking], parts: Iterable[Trained]) -> Counter[str]:
    """Millionths by performer."""
    found: Counter[str] = Counter()
    for part in parts:
        found[part.performer_id] += amounts[part.name].amount_micro
    return found


def _works(month: Month) -> Counter[str]:
    """In how many works of the month each performer earns."""
    found = {
        (use.performer_id, month.casts[line.cut_id].work_id)
        for line in month.lines
        for use in _earning(month, line)
    }
    return Counter(performer_id for performer_id, _ in found)


def _each(
    tariff: Tariff, month: Month, rows: Mapping[str, Figures], rate_micro: int | None
) -> Counted:
    """A fee that is owed once is carried by one line alone; `rate_micro` is for want of any."""
    counted = Counted()
    single = once(tariff) is not None
    for line in month.lines:
        told: set[str] = set()
        for use in _earning(month, line):
            agreed = _agreed(tariff, use.tariff)
            said = replace(
                facts_of(line, month.factors, use),
                agreed_micro=rate_micro if agreed is None else agreed,
            )
            facts = _with(rows.get(line.id), said)
            lacking = missing(tariff, facts)
            told.update(lacking)
            if lacking:
                counted.unpriced.add(use.performer_id)
            owed = not lacking and (not single or (line.id, use.use_id) in month.due)
            counted.performers[use.performer_id] += price(tariff, facts).amount_micro if owed else 0
        counted.missing.update(told)
    return counted


def _agreed(tariff: Tariff, term: TariffTerm) -> int | None:
    """The rate of the licence, where it is paid for the same thing in the same currency."""
    named = term.tariff.id == tariff.id if term.tariff else term.kind.value == tariff.kind.value
    return term.rate_micro if named and term.currency == tariff.currency else None


def _earning(month: Month, line: UsageLine) -> list[ClearedUse]:
    return [
        use
        for use in month.casts[line.cut_id].uses
        if month.earns(line, use.performer_id) and why_not(use, line) is None
    ]


def _divided(tariff: Tariff, month: Month, rows: Mapping[str, Figures], whole: Facts) -> Counted:
    counted = Counted()
    facts = {
        line.id: _with(rows.get(line.id), facts_of(line, month.factors)) for line in month.lines
    }
    pooled = tariff.kind in POOLS
    amounts = (
        _pools(tariff, month, facts, whole, counted) if pooled else _by_line(tariff, facts, counted)
    )
    for line in month.lines:
        cast = month.casts[line.cut_id]
        earning = [use.performer_id for use in _earning(month, line)]
        counted.performers.update(dict.fromkeys(earning, 0))
        if line.id not in amounts:
            counted.unpriced.update(earning)
            continue
        performer_of = {use.use_id: use.performer_id for use in cast.uses}
        for portion in by_points(
            amounts[line.id], present(cast.participants, cast.uses, line), tariff.weights
        ):
            if portion.outcome is Outcome.LICENSED:
                who = performer_of[portion.key]
                counted.performers[who] += portion.amount_micro * month.earns(line, who)
            else:
                counted.others[portion.outcome] += portion.amount_micro
    return counted


def _by_line(tariff: Tariff, facts: Mapping[str, Facts], counted: Counted) -> dict[str, int]:
    found = {}
    for name, said in facts.items():
        lacking = missing(tariff, said)
        counted.missing.update(lacking)
        if not lacking:
            found[name] = price(tariff, said).amount_micro
    return found


def _pools(
    tariff: Tariff, month: Month, facts: Mapping[str, Facts], whole: Facts, counted: Counted
) -> dict[str, int]:
    """Each licensee's pool by what it reported; one over all titles, where a whole is supposed."""
    if (whole.subscribers, whole.income_micro) != (None, None) or not month.reports:
        if whole.subscribers is None:
            whole = replace(whole, subscribers=whole_of(None, facts).subscribers)
        return _pool(tariff, facts, whole, counted)
    found: dict[str, int] = {}
    for licensee_id, some in _by_licensee(month, facts).items():
        # A line that tells none of the figures is no usage of that service, and has no part.
        inside = {name: said for name, said in some.items() if in_pool(tariff, said)}
        known = whole_of(month.reports.get(licensee_id), inside)
        amounts = _pool(tariff, inside, known, counted)
        found |= {**dict.fromkeys(some.keys() - inside.keys(), 0), **amounts}
    return found


def _by_licensee(month: Month, facts: Mapping[str, Facts]) -> dict[str, dict[str, Facts]]:
    found: dict[str, dict[str, Facts]] = {}
    for line in month.lines:
        whose = found.setdefault(month.casts[line.cut_id].licensee_id, {})
        whose[line.id] = facts[line.id]
    return found


def _pool(
    tariff: Tariff, facts: Mapping[str, Facts], whole: Facts, counted: Counted
) -> dict[str, int]:
    """A pool of which one line is not known cannot be divided at all."""
    lacking = Counter(
        name for said in facts.values() for name in missing(tariff, said, whole=whole)
    )
    counted.missing.update(lacking)
    if lacking or not facts:
        return {}
    priced = price_pool(tariff, facts, whole=whole)
    counted.others[Outcome.UNDIVIDED] += priced.undivided_micro
    return {name: one.amount_micro for name, one in priced.amounts.items()}


def _with(row: Figures | None, facts: Facts) -> Facts:
    return facts if row is None else row.on(facts)
