"""The facts of what two people ruled on complaints, each as a JSON object, and back.

What a ruling moved is not told: it follows from the ruling and the claim. Why somebody complained
and how it was proved are no facts of a book.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from core.clock import from_text, to_text
from royalties.complaints import claim_of, ever_moved
from royalties.models_books import Transaction, TransactionKind
from royalties.models_complaints import (
    Claimant,
    Complaint,
    DisputedLine,
    Ground,
    Ruled,
    Ruling,
    StandingClaim,
)

Fact = dict[str, Any]


def ruling(item: Complaint) -> Fact:
    """A complaint as it was ruled, by the live keys that it concerns."""
    return {
        "fact": "ruling",
        "complaint": item.id,
        "ground": item.ground.value,
        "ruling": None if item.ruling is None else item.ruling.value,
        "part": [str(item.part.numerator), str(item.part.denominator)],
        "claimant": item.claimant.performer_id,
        "claimant_tenant_id": item.claimant.tenant_id,
        "claimant_payee_id": item.claimant.payee_id,
        "at": to_text(decided(item)),
        "lines": [one.live_key for one in item.lines],
    }


def ruling_from(book: str, said: Mapping[str, Any], claims: Iterable[StandingClaim]) -> Complaint:
    """The same; `claims` are what stood on its live keys. Raises `KeyError` where one had none."""
    found = {one.live_key: one for one in claims}
    at = from_text(said["at"])
    numerator, denominator = said["part"]
    return Complaint(
        id=str(said["complaint"]),
        tenant_id=book,
        by_tenant_id=book,
        ground=Ground(said["ground"]),
        claimant=Claimant(
            str(said["claimant"]), str(said["claimant_tenant_id"]), str(said["claimant_payee_id"])
        ),
        late=False,
        sealed=b"",
        opened_at=at,
        lines=tuple(_line(found[key]) for key in said["lines"]),
        ruling=Ruling(said["ruling"]),
        part=Fraction(int(numerator), int(denominator)),
        decided_at=at,
    )


def decided(item: Complaint) -> datetime:
    """When it was ruled."""
    return item.decided_at or item.opened_at


def moved_by(
    rulings: Sequence[Complaint], transactions: Iterable[Transaction]
) -> Mapping[str, str]:
    """Of which accrual each adjustment is that these rulings led to, by its `facts_key`."""
    known: defaultdict[str, list[Ruled]] = defaultdict(list)
    for item in rulings:
        for line in item.lines:
            said = item.id, line.live_key, item.ground, item.claimant, item.part, decided(item)
            known[line.live_key].append(Ruled(*said))
    accruals = (one for one in transactions if one.kind is TransactionKind.ACCRUAL)
    return {
        move.facts_key: one.id
        for one in accruals
        if one.basis.live_key in known
        for move in ever_moved(claim_of(one), known[one.basis.live_key])
    }


def _line(claim: StandingClaim) -> DisputedLine:
    return DisputedLine(
        live_key=claim.live_key,
        transaction_id=claim.transaction_id,
        cut_id=claim.cut_id,
        performer_id=claim.performer_id,
        performer_tenant_id=claim.performer_tenant_id,
        licensee_id=claim.licensee_id,
        currency=claim.currency,
        amount_micro=claim.amount_micro,
    )
