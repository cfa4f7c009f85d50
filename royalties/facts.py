"""The facts of a book, one JSON object a line: enough to book all of it again elsewhere.

Of an accrual only what it rests on is written, never its amount: that is computed again. So are the
amounts of documents, matches, runs, payouts and rulings, from the facts behind them.
People stand in it by their random ids alone. Amounts that were decided and not computed are facts
themselves. Every transaction states the hash of what it says, so that a wrong line names itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import merkle
from core.canonical import canonical
from core.clock import to_text
from royalties import closing, facts_money, facts_rulings
from royalties.facts_money import ToldRun
from royalties.fx import Rate
from royalties.models import ClearedUse, Origin, Pins, TerritoryFactors
from royalties.models_books import Period, PeriodState, Transaction, TransactionKind
from royalties.models_complaints import Complaint
from royalties.models_income import Allocation, Invoice, Receipt, WriteOff
from royalties.pooled import BY_LINES, PINNED
from royalties.sisterclaims import FIGURES
from royalties.tariffs.documents import tariff_to_dict
from royalties.tariffs.models import Kind, Tariff
from royalties.training import PINNED as TRAINED
from royalties.wire import pins_to_dict
from royalties.wire_books import rate_to_dict
from royalties.wire_usage import origin_to_dict, reported_to_dict

# What was ruled on a complaint is posted with a run, and follows from the ruling instead.
_OF_A_RUN = frozenset({TransactionKind.DISTRIBUTION, TransactionKind.RELEASE})
FORM = "ebenbild-ledger-facts-3"
FORMS = (FORM, "ebenbild-ledger-facts-2", "ebenbild-ledger-facts-1")


@dataclass(frozen=True, slots=True)
class Told:
    """What transactions follow from beside accruals; nothing where nothing was invoiced.

    `refunds` names the receipt of each payout that sends money back.
    """

    documents: Sequence[tuple[Invoice, Sequence[tuple[str, int]]]] = ()
    receipts: Sequence[Receipt] = ()
    matches: Sequence[Allocation] = ()
    lost: Sequence[WriteOff] = ()
    runs: Sequence[ToldRun] = ()
    rulings: Sequence[Complaint] = ()
    refunds: Mapping[str, str] = field(default_factory=dict)


def to_facts(
    book: str,
    transactions: Iterable[Transaction],
    rates: Mapping[str, Rate],
    periods: Iterable[Period],
    hashes: Mapping[str, str],
    *,
    tariffs: Iterable[Tariff] = (),
    told: Told = Told(),
) -> Iterator[str]:
    """Yield the lines of a book's facts, without line ends.

    `hashes` are the content hashes of the usage lines by their ids, `tariffs` those that accruals
    pin, `told` what the others follow from. The last line states the root over the whole book, so
    that whoever books the facts again can compare.
    """
    ordered = sorted(transactions, key=lambda one: one.seq)
    yield _line({"fact": "book", "form": FORM, "book": book})
    yield from (_line({"fact": "usage", **_usage(one, hashes)}) for one in _lines(ordered))
    for tariff in sorted(tariffs, key=lambda one: (one.id, one.version)):
        yield _line({"fact": "tariff", "document": tariff_to_dict(tariff)})
    sources = _Sources(told, ordered)
    for one in ordered:
        yield from map(_line, sources.before(one.seq))
        yield _line(_fact(one, rates.get(one.pair_id or ""), sources.of(one)))
    yield from map(_line, sources.before(None))
    for period in sorted(periods, key=lambda one: one.month):
        if period.state is PeriodState.CLOSED:
            yield _line(_month(period))
    yield _line({"fact": "end", "transactions": len(ordered), "root": closing.root(ordered)})


def use_of(pins: Pins, *, licensee_id: str, performer_tenant_id: str) -> ClearedUse:
    """The cleared use that an accrual rests on; what it was allowed in is decided already."""
    return ClearedUse(
        cut_id=pins.cut_id,
        use_id=pins.use_id,
        performer_id=pins.performer_id,
        performer_tenant_id=performer_tenant_id,
        payee_id=pins.payee_id,
        licensee_id=licensee_id,
        kind=pins.kind,
        spans=pins.spans,
        licence_id=pins.licence_id,
        tariff_id=pins.tariff_id,
        tariff=pins.tariff,
        territories=(pins.territory,),
        clearance_id=pins.clearance_id,
        scan_id=pins.scan_id,
        model_ids=pins.model_ids,
        threshold_ids=pins.threshold_ids,
        outcome=pins.outcome,
        cause=pins.cause,
        parties=pins.parties,
    )


def factors_of(pins: Pins) -> TerritoryFactors:
    """The territory factors as far as an accrual rests on them."""
    return TerritoryFactors(pins.factor_set_id, pins.factor, {})


def _lines(transactions: Iterable[Transaction]) -> Iterator[Pins]:
    """The pins of the first accrual of each usage line, in order."""
    known: set[str] = set()
    for one in transactions:
        if one.claim is not None and one.pins.usage_line_id not in known:
            known.add(one.pins.usage_line_id)
            yield one.pins


def _usage(pins: Pins, hashes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": pins.usage_line_id,
        "cut_id": pins.cut_id,
        "territory": pins.territory,
        "period": pins.period,
        "views": pins.views,
        **reported_to_dict(pins.reported),
        **origin_to_dict(pins.origin),
        "content_hash": hashes[pins.usage_line_id],
    }


class _Sources:
    """The facts behind transactions, each told right before the first one that follows from it."""

    def __init__(self, told: Told, ordered: Sequence[Transaction]) -> None:
        waiting: list[tuple[int, Iterable[Mapping[str, Any]]]] = []
        waiting += [
            (_first_after(facts_rulings.decided(one), ordered), [facts_rulings.ruling(one)])
            for one in told.rulings
        ]
        waiting += [(one.seq, [facts_money.document(one, lines)]) for one, lines in told.documents]
        waiting += [(one.seq, [facts_money.money(one)]) for one in told.receipts]
        waiting += [(one.seq, [facts_money.match(one)]) for one in told.matches]
        waiting += [(one.seq, [facts_money.lost(one)]) for one in told.lost]
        by_number = sorted(told.runs, key=lambda one: one.run.number)
        waiting += [(_place(one, ordered), facts_money.run(one)) for one in by_number]
        # Turned round and not sorted so, since of equals the first is told first.
        self._waiting = sorted(waiting, key=lambda item: item[0])[::-1]
        self._named = {one.id: "document" for one, _ in told.documents}
        self._named |= {one.id: "money" for one in told.receipts}
        self._named |= {one.id: "match" for one in told.matches}
        self._named |= {one.id: "lost" for one in told.lost}
        self._runs = {one.run.id for one in told.runs}
        self._moved = facts_rulings.moved_by(told.rulings, ordered)
        self._payouts = facts_money.Payouts(told.refunds)

    def before(self, seq: int | None) -> Iterator[Mapping[str, Any]]:
        """What is to be told before the transaction with this number, or after the last."""
        while self._waiting and (seq is None or self._waiting[-1][0] <= seq):
            yield from self._waiting.pop()[1]

    def of(self, one: Transaction) -> Mapping[str, Any] | None:
        """What a transaction follows from; None where its amounts were decided."""
        if one.facts_key in self._named:
            return {self._named[one.facts_key]: one.facts_key}
        if one.run_id in self._runs and one.kind in _OF_A_RUN:
            return {"run": one.run_id}
        if one.kind is TransactionKind.ADJUSTMENT and one.facts_key in self._moved:
            claim = self._moved[one.facts_key]
            return {"claim": claim, "facts_key": one.facts_key, "run_id": one.run_id}
        return self._payouts.said(one)


def _first_after(at: datetime, ordered: Sequence[Transaction]) -> int:
    """The number of the first transaction from a moment on, or the one behind the last."""
    later = (one.seq for one in ordered if one.recorded_at >= at)
    return min(later, default=1 + max((one.seq for one in ordered), default=0))


def _place(told: ToldRun, ordered: Sequence[Transaction]) -> int:
    """Before the run's first transaction; one without any comes after what was booked by then."""
    own = [one.seq for one in ordered if one.run_id == told.run.id]
    closed = told.run.closed_at or told.run.until
    by_then = max((one.seq for one in ordered if one.recorded_at <= closed), default=0)
    return min(own, default=1 + by_then)


def _fact(one: Transaction, rate: Rate | None, source: Mapping[str, Any] | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "fact": one.kind.value,
        "at": to_text(one.recorded_at),
        "posted": one.posted_period,
        "reason": one.reason,
        "hash": content_hash(one),
        "id": one.id,
    }
    if one.kind is TransactionKind.REVERSAL:
        return {**said, "reverses": one.reverses_id}
    if one.claim is not None:
        claim = one.claim
        return {
            **said,
            "revision": claim.revision,
            "licensee_id": claim.licensee_id,
            "performer_tenant_id": one.audience.removeprefix("tenant:"),
            "pins": pins_to_dict(claim.pins),
            **_part(one),
        }
    if source is not None:
        return {**said, "audience": one.audience, **source}
    return {
        **said,
        "earned": one.earned_period,
        "facts_key": one.facts_key,
        "audience": one.audience,
        "run_id": one.run_id,
        "pair": None if rate is None else {"id": one.pair_id, **rate_to_dict(rate)},
        "postings": [[p.account, str(p.amount_micro), p.currency] for p in one.postings],
    }


def content_hash(one: Transaction) -> str:
    """The hash by which a transaction is in the root of its month."""
    return merkle.leaf_hash(closing.content(one)).hex()


def _part(one: Transaction) -> dict[str, Any]:
    """What only all parts of a divided amount settle together, stated with what divides it."""
    claim = one.claim
    if claim is None:
        return {}
    if claim.pins.origin is Origin.SISTER:
        names: tuple[str, ...] = FIGURES
    elif claim.working.get("tariff") == Kind.TRAINING_POOL.value:
        names = TRAINED
    elif "points" in claim.working:
        of_pool = not claim.working.keys().isdisjoint(BY_LINES.values())
        names = ("points", "points_total", *(PINNED if of_pool else ()))
    else:
        return {}
    stated = {name: str(claim.working[name]) for name in names if name in claim.working}
    return {"part": {**stated, "amount_micro": str(one.amount_micro)}}


def _month(period: Period) -> dict[str, Any]:
    return {
        "fact": "month",
        "month": period.month,
        "transactions": period.transactions,
        "root": period.root,
    }


def _line(value: Mapping[str, Any]) -> str:
    return canonical(value).decode()
