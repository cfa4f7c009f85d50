"""What one payment to a sister society in another registry is for, claim by claim: pure figures.

A remittance advice is to a payment between societies what a statement is to a performer. It names
performers by the payer's random ids alone: who they are the sister knows from the consents that
they brought. It says which runs are paid, and which had to be paid before it, so that no run is
paid twice and none is skipped. Worked example: docs/collecting.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import BadInput
from royalties.invoicing import unit_of
from royalties.models import Pins
from royalties.sisterclaims import FIGURES, collected

LINES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class AdvisedCut:
    """A cut that lines are about, as far as a performer has to know it; `duration_ms` of all."""

    id: str
    work_id: str
    title: str
    label: str
    format: str
    language: str
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class AdvisedLine:
    """What a payment brings for one claim: figures by the names of `FIGURES`, in millionths.

    `claim_id` is the payer's claim, `pins` what that rests on, by the ids of the payer's registry.
    """

    claim_id: str
    pins: Pins
    figures: Mapping[str, int]

    @property
    def amount_micro(self) -> int:
        """What of it is handed on; below zero where something is taken back."""
        return collected(self.figures).amount_micro

    @property
    def key(self) -> tuple[str, str, str]:
        """Usage line, performer and use: what one claim is about."""
        return self.pins.usage_line_id, self.pins.performer_id, self.pins.use_id


@dataclass(frozen=True, slots=True)
class Advice:
    """One payment with all that it is for.

    `registry` is the did:key of the payer's registry, `payer` and `payee` are the DIDs of both
    societies. `runs` and `notes` are what is paid, `before` the runs that were paid before.
    """

    registry: str
    payer: str
    payer_name: str
    payee: str
    payment_id: str
    reference: str
    currency: str
    amount_micro: int
    proposed_at: datetime
    runs: tuple[str, ...]
    before: tuple[str, ...]
    notes: tuple[str, ...]
    vat: Mapping[str, int]
    cuts: tuple[AdvisedCut, ...]
    lines: tuple[AdvisedLine, ...]

    @property
    def claims_micro(self) -> int:
        """The sum of the lines."""
        return sum(one.amount_micro for one in self.lines)

    @property
    def vat_micro(self) -> int:
        """The tax that is paid with them."""
        return sum(self.vat.values())

    @property
    def rounding_micro(self) -> int:
        """What is paid beside both: what runs, notes and payments in whole cents round."""
        return self.amount_micro - self.claims_micro - self.vat_micro


def checked(advice: Advice) -> Advice:
    """An advice that explains its payment; raises `BadInput` naming all that does not hold."""
    keys = {one.key for one in advice.lines}
    roundings = len(advice.runs) + len(advice.notes) + 2
    faults = {
        "amount": advice.amount_micro <= 0,
        "sum": abs(advice.rounding_micro) > roundings * unit_of(advice.currency),
        "claims": len(keys) < len(advice.lines) or len(keys) > LINES_MAX,
        "cuts": {one.pins.cut_id for one in advice.lines} != {one.id for one in advice.cuts},
        "currency": any(one.pins.tariff.currency != advice.currency for one in advice.lines),
        "runs": not advice.runs or not set(advice.runs).isdisjoint(advice.before),
    }
    wrong = sorted(name for name, fault in faults.items() if fault)
    if wrong:
        raise BadInput(
            f"This advice does not explain its payment: {', '.join(wrong)}.",
            next_step="Ask the other society for one that does.",
            code="advice-unexplained",
            fields=wrong,
        )
    return advice


def added_up(lines: Iterable[AdvisedLine]) -> tuple[AdvisedLine, ...]:
    """One line for each claim, in order: what several say of one is added, the last ids count."""
    sums: dict[tuple[str, str, str], AdvisedLine] = {}
    for one in lines:
        before = sums.get(one.key)
        told = one.figures if before is None else plus(before.figures, one.figures)
        sums[one.key] = AdvisedLine(one.claim_id, one.pins, told)
    return tuple(sums[key] for key in sorted(sums))


def plus(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Figures of one claim, added."""
    return {name: first[name] + second[name] for name in FIGURES}


def parts(advice: Advice, claims_micro: int) -> Mapping[str, int]:
    """What of the payment is booked while so much of its claims is placed, by what it is for.

    `claims`, `rounding` and `vat:<authority>`. Nothing while that would be less than nothing: less
    than cents wait for the first claim then.
    """
    found = {"claims": claims_micro, "rounding": advice.rounding_micro}
    found |= {f"vat:{name}": amount for name, amount in advice.vat.items()}
    return found if sum(found.values()) >= 0 else {}


def less(wanted: Mapping[str, int], booked: Mapping[str, int]) -> dict[str, int]:
    """What is to be booked so that `wanted` is."""
    sums: defaultdict[str, int] = defaultdict(int, wanted)
    for name, amount in booked.items():
        sums[name] -= amount
    return {name: amount for name, amount in sorted(sums.items()) if amount}


def refused(advice: Advice, paid: Sequence[str]) -> str:
    """Why an advice cannot be booked beside the runs that were `paid` so far, or nothing."""
    if not set(advice.runs).isdisjoint(paid):
        return "paid-before"
    return "" if set(advice.before) <= set(paid) else "earlier-missing"
