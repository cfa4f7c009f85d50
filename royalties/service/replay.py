"""Booking a book's facts again, in an empty database, to see whether the same books come out.

Every accrual is computed anew from what it rests on, by the same rules and through the same tables;
no amount of it is taken over. Equal roots of every closed month, and of the whole, then say that
nothing in the books rests on anything but the facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from core import log
from core.canonical import parse_strict
from core.clock import from_text
from core.db import next_seq
from core.errors import BadInput
from core.ids import derived_id
from core.money import rate_text
from core.principal import SearchCapability, system
from licensing.models import TariffRef
from royalties import accrual, closing, facts, ledger
from royalties.agreed import again
from royalties.fx import Exchange, Rate
from royalties.models import Ratio, UsageLine
from royalties.models_books import PeriodState, Posting, Transaction, TransactionKind, TrialBalance
from royalties.service import replayrulings
from royalties.service.periods import check_month, transactions_of
from royalties.service.replaydifferences import Difference
from royalties.service.replaymoney import Money
from royalties.store import balances, exchanges, periods, replayed
from royalties.store import ledger as store
from royalties.tariffs.documents import pinned, tariff_from_dict
from royalties.tariffs.models import Tariff
from royalties.tariffs.rates import AmountWithWorking
from royalties.wire import pins_from_dict
from royalties.wire_usage import count_from, origin_from_dict, reported_from_dict


@dataclass(frozen=True, slots=True)
class Root:
    """A root as the facts state it, and as it came out; `month` is empty for the whole book."""

    month: str
    stated: str
    recomputed: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a book's facts."""

    book: str
    transactions: int
    roots: tuple[Root, ...]
    balance: TrialBalance
    differences: tuple[Difference, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every root and every line came out as stated, and the books balance."""
        equal = all(one.stated == one.recomputed for one in self.roots)
        return equal and self.balance.balanced and not self.differences


@dataclass(slots=True)
class _Desk:
    """What is known while facts are booked: the months begun, and each transaction by its id."""

    session: Session
    book: str = ""
    lines: dict[str, UsageLine] = field(default_factory=dict)
    booked: dict[str, Transaction] = field(default_factory=dict)
    tariffs: dict[TariffRef, Tariff] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    legs: dict[str, Transaction] = field(default_factory=dict)
    roots: list[Root] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    money: Money = field(init=False)
    ended: bool = False

    def stamp(self, fact: Mapping[str, Any]) -> ledger.Stamp:
        month, at = str(fact["posted"]), from_text(fact["at"])
        if month not in self.begun:
            check_month(month)
            periods.begin(self.session, self.book, month, at=at)
            self.begun.add(month)
        return ledger.Stamp(self.book, month, next_seq(self.session), at)


def replay(session: Session, lines: Iterable[str], *, now: datetime) -> Replayed:
    """Book the facts in `lines` in an empty database; call it in `write()`.

    Raises `BadInput` with the line that is no fact, and what booking raises for facts that do not
    hold together.
    """
    desk = _Desk(session)
    for number, line in enumerate(lines, 1):
        try:
            _take(desk, parse_strict(line.encode()), number, now)
        except (KeyError, TypeError, ValueError, IndexError) as exc:
            raise _no_fact(number) from exc
    if not desk.ended or desk.legs:
        raise BadInput("The facts end before their end.", next_step="Export them again.")
    capability = SearchCapability("replay", desk.book)
    return Replayed(
        book=desk.book,
        transactions=len(transactions_of(session, desk.book)),
        roots=tuple(desk.roots),
        balance=closing.trial_balance(balances.of_book(session, capability, desk.book)),
        differences=tuple(desk.differences),
    )


def _take(desk: _Desk, fact: Mapping[str, Any], number: int, now: datetime) -> None:
    kind = fact["fact"]
    if kind == "book":
        if fact["form"] not in facts.FORMS or desk.book:
            raise ValueError("another form, or a second book")
        desk.book = str(fact["book"])
        desk.money = Money(desk.session, desk.book, desk.booked)
    elif kind == "usage":
        _take_usage(desk, fact, now)
    elif kind == "tariff":
        desk.tariffs |= pinned([tariff_from_dict(fact["document"])])
    elif kind == "ruling":
        replayrulings.keep(desk.session, desk.book, fact)
    elif kind == "month":
        _close(desk, fact, now)
    elif kind == "end":
        found = closing.root(transactions_of(desk.session, desk.book))
        desk.roots.append(Root("", str(fact["root"]), found))
        desk.differences += desk.money.left_over(number)
        desk.ended = True
    elif (differences := desk.money.take(fact, number)) is not None:
        desk.differences += differences
    else:
        _book(desk, TransactionKind(kind), fact, number)


def _take_usage(desk: _Desk, fact: Mapping[str, Any], now: datetime) -> None:
    line = UsageLine(
        id=str(fact["id"]),
        tenant_id=desk.book,
        import_id=derived_id("imp", desk.book),
        line_no=len(desk.lines) + 1,
        cut_id=str(fact["cut_id"]),
        territory=str(fact["territory"]),
        period=str(fact["period"]),
        views=count_from(fact["views"]),
        reference="",
        content_hash=str(fact["content_hash"]),
        recorded_at=now,
        reported=reported_from_dict(fact),
        origin=origin_from_dict(fact),
    )
    replayed.restore(desk.session, line)
    desk.lines[line.id] = line


def _book(desk: _Desk, kind: TransactionKind, fact: Mapping[str, Any], number: int) -> None:
    """Book one transaction; the first leg of an exchange waits for the second."""
    made = _made(desk, kind, fact, desk.stamp(fact))
    desk.booked[str(fact["id"])] = made
    comes_to = facts.content_hash(made)
    if fact.get("hash", comes_to) != comes_to:
        desk.differences.append(Difference(number, made.id, str(fact["hash"]), comes_to))
    if kind is not TransactionKind.FX:
        store.add_transactions(desk.session, [made])
        if kind is TransactionKind.PAYOUT and "payout" in fact:
            desk.differences += desk.money.overdrawn(fact, number)
        return
    first = desk.legs.pop(str(made.pair_id), None)
    if first is None:
        desk.legs[str(made.pair_id)] = made
        return
    done = _exchange(first, made, fact["pair"])
    size = abs(done.from_micro) * done.rate.ratio.numerator // done.rate.ratio.denominator
    if abs(done.to_micro) != size:
        difference = Difference(number, made.id, rate_text(abs(done.to_micro)), rate_text(size))
        desk.differences.append(difference)
    exchanges.add_exchange(desk.session, done)
    store.add_transactions(desk.session, [first, made])


def _made(
    desk: _Desk, kind: TransactionKind, fact: Mapping[str, Any], stamp: ledger.Stamp
) -> Transaction:
    if kind is TransactionKind.REVERSAL:
        return ledger.reverse(desk.booked[fact["reverses"]], stamp, reason=str(fact["reason"]))
    if kind is TransactionKind.ACCRUAL:
        return _accrual(desk, fact, stamp)
    if "claim" in fact:
        return replayrulings.moved(desk.session, desk.booked[fact["claim"]], fact, stamp)
    return desk.money.made(kind, fact, stamp) or _decided(kind, fact, stamp)


def _accrual(desk: _Desk, fact: Mapping[str, Any], stamp: ledger.Stamp) -> Transaction:
    """Compute what the use earns by its usage line, as on the day when it was accrued."""
    pins = pins_from_dict(fact["pins"])
    use = facts.use_of(
        pins,
        licensee_id=str(fact["licensee_id"]),
        performer_tenant_id=str(fact["performer_tenant_id"]),
    )
    line = desk.lines[pins.usage_line_id]
    stated = fact.get("part", {})
    part = AmountWithWorking(int(stated.get("amount_micro", 0)), stated)
    priced = again(pins, part, desk.tariffs)
    if priced is None:
        raise ValueError("the tariff is not among the facts")
    owed = accrual.standing(use, accrual.use_facts(use), line, facts.factors_of(pins), priced)
    return ledger.accrue(owed, stamp, revision=int(fact["revision"]), reason=str(fact["reason"]))


def _decided(kind: TransactionKind, fact: Mapping[str, Any], stamp: ledger.Stamp) -> Transaction:
    made = ledger.book(
        kind,
        tuple(Posting(str(a), int(micro), str(unit)) for a, micro, unit in fact["postings"]),
        stamp,
        facts_key=str(fact["facts_key"]),
        reason=str(fact["reason"]),
        earned_period=str(fact["earned"]),
        audience=str(fact["audience"]),
        run_id=None if fact["run_id"] is None else str(fact["run_id"]),
    )
    return made if fact["pair"] is None else made._replace(pair_id=str(fact["pair"]["id"]))


def _exchange(first: Transaction, second: Transaction, pair: Mapping[str, Any]) -> Exchange:
    numerator, denominator = pair["rate"]
    return Exchange(
        id=str(pair["id"]),
        rate=Rate(
            str(pair["base"]),
            str(pair["quote"]),
            Ratio(int(numerator), int(denominator)),
            str(pair["source"]),
            date.fromisoformat(pair["day"]),
        ),
        from_micro=-first.postings[0].amount_micro,
        to_micro=second.postings[0].amount_micro,
        legs=(first, second),
        working={},
    )


def _close(desk: _Desk, fact: Mapping[str, Any], now: datetime) -> None:
    """Close a month with the root that comes out here."""
    session, month = desk.session, str(fact["month"])
    found = transactions_of(session, desk.book, month)
    root = closing.root(found)
    desk.roots.append(Root(month, str(fact["root"]), root))
    clerk = system(desk.book)
    period = periods.get_period(session, clerk, desk.book, month)
    fixed = replace(period, state=PeriodState.CLOSING, root=root, transactions=len(found))
    periods.save(session, clerk, fixed)
    payload = {"month": month, "root": root}
    index = log.append(session, kind="ledger.replayed", subject_id=period.id, payload=payload)
    done = replace(fixed, state=PeriodState.CLOSED, closed_at=now, log_index=index)
    periods.save(session, clerk, done)


def _no_fact(number: int) -> BadInput:
    return BadInput(
        f"Line {number} is no fact of a book.",
        next_step="Export the facts again: ebenbild ledger export FILE --form facts",
        code="bad-facts",
    )
