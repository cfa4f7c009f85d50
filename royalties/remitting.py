"""What a society has paid to a sister, run by run and claim by claim: what the sister's book books.

A payment is one sum for all that the payer's runs owed by then. Which runs it pays follows from
when its batch was proposed, and what of them is each claim's from their lines. A payment that came
back pays nothing; the next one then pays those runs too. Worked example: docs/collecting.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from core.money import split
from royalties.accounts import AccountKind, parse
from royalties.invoicing import unit_of
from royalties.models_payouts import PayoutState
from royalties.models_runs import Outcome, Release, RunLine
from royalties.sisterclaims import FIGURES, collected


@dataclass(frozen=True, slots=True)
class PaidRun:
    """A closed run of the payer with its lines and releases for the sister, in one currency.

    `family_id` names the run under which its reserve is kept.
    """

    id: str
    number: int
    family_id: str
    closed_at: datetime
    lines: Sequence[RunLine]
    releases: Sequence[Release]


@dataclass(frozen=True, slots=True)
class Note:
    """A self-billed note of the payer to the sister: the tax that is paid with a run."""

    id: str
    recorded_at: datetime
    vat_micro: int
    authority: str


@dataclass(frozen=True, slots=True)
class Remittance:
    """A payment to the sister: `proposed_at` bounds what is in it.

    `arrived` says that it reached the sister by her own book, whatever the payer's bank has said.
    """

    id: str
    reference: str
    currency: str
    amount_micro: int
    state: PayoutState
    proposed_at: datetime
    changed_at: datetime
    arrived: bool = False

    @property
    def stands(self) -> bool:
        """Whether the sister has the money."""
        settled = self.state is PayoutState.SETTLED
        return settled or (self.arrived and self.state is PayoutState.SENT)

    def is_back_by(self, at: datetime) -> bool:
        """Whether what it paid was owed again by then."""
        return self.state is PayoutState.RETURNED and self.changed_at <= at


@dataclass(frozen=True, slots=True)
class Told:
    """A payment and what it is for: claims, tax by authority, and less than cents beside them.

    `runs` and `notes` are ids. Where these do not come to the amount, nothing of it is claims, and
    a person has to ask.
    """

    payment: Remittance
    runs: tuple[str, ...]
    notes: tuple[str, ...]
    claims_micro: int
    vat: Mapping[str, int]

    @property
    def rounding_micro(self) -> int:
        """What is paid beside claims and tax: what payments in whole cents add or leave out."""
        return self.payment.amount_micro - self.claims_micro - sum(self.vat.values())

    @property
    def is_explained(self) -> bool:
        """Whether nothing is left but what each run, note and payment rounds."""
        roundings = len(self.runs) + len(self.notes) + 2
        return abs(self.rounding_micro) <= roundings * unit_of(self.payment.currency)


@dataclass(frozen=True, slots=True)
class Share:
    """What runs owed the sister for one claim, in figures by the names of `FIGURES`.

    `live_key` and `transaction_id` are those of the payer's claim as the newest line names them.
    """

    live_key: str
    transaction_id: str
    performer_id: str
    performer_tenant_id: str
    figures: Mapping[str, int]

    @property
    def amount_micro(self) -> int:
        """What of it is handed on."""
        return collected(self.figures).amount_micro


@dataclass(slots=True)
class Shares:
    """Adds up what each claim gets, run by run in the order of their numbers."""

    known: dict[str, Share] = field(default_factory=dict)
    _blocked: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _kept: defaultdict[tuple[str, str], defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def see(self, run: PaidRun) -> Mapping[str, Share]:
        """What one run adds, by the live key of the claim."""
        added: dict[str, Share] = {}
        # What a run sets free was kept by those before it.
        for one in run.releases:
            for key, amount in self._freed(one).items():
                self._add(added, _with(self.known[key], {"freed_micro": amount}))
        for line in run.lines:
            if line.outcome is Outcome.BLOCKED:
                self._blocked[line.live_key] += line.parts.net_micro
            if line.outcome is not Outcome.PAYABLE and line.outcome is not Outcome.BLOCKED:
                continue
            self._kept[run.family_id, line.performer_id][line.live_key] += line.parts.reserve_micro
            figures = _of_line(line) if line.outcome is Outcome.PAYABLE else {}
            self._add(added, _share(line, figures))
        return added

    def _add(self, added: dict[str, Share], one: Share) -> None:
        _into(added, one)
        _into(self.known, one)

    def _freed(self, one: Release) -> dict[str, int]:
        """A release by the claims whose money it was, in proportion to what was kept of each."""
        if one.outcome is not Outcome.PAYABLE:
            return {}
        source = parse(one.source)
        kept = self._blocked
        if source.kind is AccountKind.RESERVE:
            kept = self._kept[source.subject, one.performer_id]
        weights = {key: amount for key, amount in sorted(kept.items()) if amount > 0}
        kept.clear()
        if not weights:
            return {}
        parts = split(one.parts.net_micro, [*weights.values()])
        return dict(zip(weights, parts, strict=True))


def told(
    payments: Iterable[Remittance], runs: Sequence[PaidRun], notes: Sequence[Note]
) -> tuple[Told, ...]:
    """What each payment is for, in the order in which they were proposed."""
    shares = Shares()
    owed = {one.id: _total(shares.see(one).values()) for one in by_number(runs)}
    found: list[Told] = []
    for one in sorted(payments, key=lambda each: (each.proposed_at, each.id)):
        standing = [each for each in found if not each.payment.is_back_by(one.proposed_at)]
        paid = {name for each in standing for name in (*each.runs, *each.notes)}
        its = [run for run in runs if run.closed_at <= one.proposed_at and run.id not in paid]
        papers = [
            note for note in notes if note.recorded_at <= one.proposed_at and note.id not in paid
        ]
        vat: defaultdict[str, int] = defaultdict(int)
        for note in papers:
            vat[note.authority] += note.vat_micro
        found.append(
            Told(
                one,
                tuple(run.id for run in its),
                tuple(note.id for note in papers),
                sum(owed[run.id] for run in its),
                {name: amount for name, amount in sorted(vat.items()) if amount},
            )
        )
    return tuple(found)


def standing(found: Iterable[Told], runs: Sequence[PaidRun]) -> dict[str, Share]:
    """What the sister has of each claim by now, by its live key in the payer's book.

    A run counts once all before it do: what a later one took back, an earlier one had paid.
    """
    paid = {name for one in found if one.payment.stands and one.is_explained for name in one.runs}
    shares = Shares()
    for run in takewhile(lambda one: one.id in paid, by_number(runs)):
        shares.see(run)
    return {key: one for key, one in shares.known.items() if one.amount_micro > 0}


def paid_by(one: Told, runs: Sequence[PaidRun]) -> Iterator[Share]:
    """What a payment brings for each claim; below zero where its runs took something back."""
    shares, sums = Shares(), dict[str, Share]()
    for run in by_number(runs):
        for share in shares.see(run).values():
            if run.id in one.runs:
                _into(sums, share)
    yield from (sums[key] for key in sorted(sums))


def by_number(runs: Iterable[PaidRun]) -> list[PaidRun]:
    """Runs in their order."""
    return sorted(runs, key=lambda one: one.number)


def _of_line(line: RunLine) -> Mapping[str, int]:
    parts = line.parts
    return {
        "gross_micro": parts.whole_micro,
        "cost_micro": parts.cost_micro,
        "social_micro": parts.social_micro,
        "reserve_micro": parts.reserve_micro,
        "tax_micro": parts.tax_micro + parts.surcharge_micro,
    }


def _share(line: RunLine, figures: Mapping[str, int]) -> Share:
    return Share(
        line.live_key,
        line.transaction_id,
        line.performer_id,
        line.performer_tenant_id,
        {name: figures.get(name, 0) for name in FIGURES},
    )


def _with(one: Share, figures: Mapping[str, int]) -> Share:
    return Share(
        one.live_key,
        one.transaction_id,
        one.performer_id,
        one.performer_tenant_id,
        {name: figures.get(name, 0) for name in FIGURES},
    )


def _into(sums: dict[str, Share], one: Share) -> None:
    """Add figures to those of the same claim; the newest ids count."""
    before = sums.get(one.live_key)
    if before is not None:
        one = _with(one, {name: before.figures[name] + one.figures[name] for name in FIGURES})
    sums[one.live_key] = one


def _total(shares: Iterable[Share]) -> int:
    return sum(one.amount_micro for one in shares)
