"""A statement: every cent of one performer in one month, with the working that led to it.

It is built from ledger transactions alone and carries all that a stranger needs to compute it
again: `recompute` does so, line by line, without the registry. It says nothing about how it looks;
`to_dict` is what pages, CLI and files render. Its id is derived from its content, so the same books
give the same statement.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.canonical import canonical
from core.currencies import unit_micro
from core.ids import derived_id
from core.money import to_units
from licensing.models import TariffRef
from royalties.agreed import again
from royalties.models import Pins
from royalties.models_books import Transaction, TransactionKind
from royalties.outcomes import Outcome
from royalties.tariffs.documents import pinned
from royalties.tariffs.models import Tariff
from royalties.tariffs.rates import AmountWithWorking


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One accrual that stands: what was used, how often shown, at which price, and the working."""

    transaction_id: str
    seq: int
    recorded_at: datetime
    revision: int
    amount_micro: int
    pins: Pins
    working: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Correction:
    """An accrual that was taken back, and why; it adds nothing to the total."""

    transaction_id: str
    reverses_id: str
    seq: int
    recorded_at: datetime
    usage_line_id: str
    use_id: str
    amount_micro: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class Total:
    """Sum of all lines in one currency: whole cents and `carried_micro` are `total_micro`.

    Cents are the minor units of the currency (ISO 4217), whole yen of JPY, halves to the even one;
    `carried_micro` stays owed.
    """

    currency: str
    total_micro: int
    total_cents: int
    carried_micro: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one performer earned in `period` (YYYY-MM) as the books stood at `as_of_seq`.

    `tariffs` are those that lines pin: whoever computes it again needs their figures.
    """

    id: str
    performer_id: str
    period: str
    as_of_seq: int
    lines: tuple[StatementLine, ...]
    corrections: tuple[Correction, ...]
    totals: tuple[Total, ...]
    tariffs: tuple[Tariff, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that does not follow from the rest of the statement."""

    where: str
    stated: str
    recomputed: str


def build(*, performer_id: str, period: str, transactions: Sequence[Transaction]) -> Statement:
    """Make the statement of one performer and period from all their transactions."""
    mine = sorted(
        (t for t in transactions if _belongs(t, performer_id, period)), key=lambda t: t.seq
    )
    taken_back = {t.reverses_id for t in mine if t.reverses_id is not None}
    standing = [t for t in mine if t.kind is TransactionKind.ACCRUAL and t.id not in taken_back]
    lines = tuple(_line(t) for t in standing)
    corrections = tuple(_correction(t) for t in mine if t.kind is TransactionKind.REVERSAL)
    return Statement(
        id=_identity(performer_id, period, lines, corrections),
        performer_id=performer_id,
        period=period,
        as_of_seq=mine[-1].seq if mine else 0,
        lines=lines,
        corrections=corrections,
        totals=_totals(lines),
    )


def recompute(statement: Statement) -> tuple[Difference, ...]:
    """Compute every amount and total again from the pins; empty when every digit agrees."""
    found = _recompute_lines(statement.lines, pinned(statement.tariffs))
    totals = _totals(statement.lines)
    if totals != statement.totals:
        found.append(Difference("totals", _text(statement.totals), _text(totals)))
    identity = _identity(
        statement.performer_id, statement.period, statement.lines, statement.corrections
    )
    if identity != statement.id:
        found.append(Difference("id", statement.id, identity))
    return tuple(found)


def _recompute_lines(
    lines: Sequence[StatementLine], tariffs: Mapping[TariffRef, Tariff]
) -> list[Difference]:
    found = []
    for line in lines:
        priced = again(line.pins, AmountWithWorking(line.amount_micro, line.working), tariffs)
        if priced is None:
            found.append(Difference(f"line {line.transaction_id} tariff", "pinned", "not there"))
            continue
        if priced.amount_micro != line.amount_micro:
            figures = str(line.amount_micro), str(priced.amount_micro)
            found.append(Difference(f"line {line.transaction_id} amount", *figures))
        if dict(priced.working) != dict(line.working):
            workings = str(dict(line.working)), str(dict(priced.working))
            found.append(Difference(f"line {line.transaction_id} working", *workings))
    distinct = len({(line.pins.usage_line_id, line.pins.use_id) for line in lines})
    if distinct != len(lines):
        found.append(Difference("number of lines", str(len(lines)), str(distinct)))
    return found


def _belongs(transaction: Transaction, performer_id: str, period: str) -> bool:
    """What is kept and not the performer's yet stands on no statement of what was earned."""
    pins = transaction.pins
    mine = pins.performer_id == performer_id and pins.outcome is Outcome.LICENSED
    return mine and transaction.earned_period == period


def _line(accrual: Transaction) -> StatementLine:
    return StatementLine(
        transaction_id=accrual.id,
        seq=accrual.seq,
        recorded_at=accrual.recorded_at,
        revision=accrual.revision,
        amount_micro=accrual.amount_micro,
        pins=accrual.pins,
        working=accrual.basis.working,
    )


def _correction(reversal: Transaction) -> Correction:
    return Correction(
        transaction_id=reversal.id,
        reverses_id=reversal.reverses_id or "",
        seq=reversal.seq,
        recorded_at=reversal.recorded_at,
        usage_line_id=reversal.pins.usage_line_id,
        use_id=reversal.pins.use_id,
        amount_micro=reversal.amount_micro,
        currency=reversal.currency,
        reason=reversal.reason,
    )


def _totals(lines: Sequence[StatementLine]) -> tuple[Total, ...]:
    sums: dict[str, int] = {}
    for line in lines:
        currency = line.pins.tariff.currency
        sums[currency] = sums.get(currency, 0) + line.amount_micro
    return tuple(
        Total(name, sums[name], *to_units(sums[name], unit_micro(name))) for name in sorted(sums)
    )


def _text(totals: Sequence[Total]) -> str:
    return ", ".join(f"{t.total_micro} {t.currency} ({t.total_cents} cents)" for t in totals)


def _identity(
    performer_id: str,
    period: str,
    lines: Sequence[StatementLine],
    corrections: Sequence[Correction],
) -> str:
    """The id that belongs to these transactions and amounts, and to no others."""
    facts = [[line.transaction_id, str(line.amount_micro)] for line in lines]
    facts += [[one.transaction_id, str(one.amount_micro)] for one in corrections]
    digest = hashlib.sha256(canonical(facts)).hexdigest()
    return derived_id("stm", performer_id, period, digest)
