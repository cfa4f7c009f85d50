"""What advices do to a society's book: money out of `unmatched` to the claims that it is for.

Of each advice whose payment is there the lines that can be placed are booked; the money of the
others stays on the receipt, unmatched, to be placed later or sent back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.db import next_seq
from core.errors import Conflict
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from royalties import accounts, accrual, handedon, ledger, receiving
from royalties.accounts import AccountKind, account
from royalties.advice import less, parts, plus, refused
from royalties.closing import month_of
from royalties.ledger import Stamp
from royalties.models import Accrual, Pins
from royalties.models_advised import (
    MATCHED,
    PLACED,
    UNDONE,
    AdviceMatch,
    KeptAdvice,
    Place,
)
from royalties.models_books import Booked, Posting, Transaction, TransactionKind
from royalties.models_income import Receipt
from royalties.service import placing
from royalties.service.adjusting import REVERSED, moved_of
from royalties.service.books import Clerk
from royalties.service.matchedadvices import Matched, book_of, every_advice, others, paid
from royalties.service.placing import Book
from royalties.sisterclaims import ABROAD, collected, key_in
from royalties.store import advices as store
from royalties.store import journal, remittances
from royalties.store import ledger as ledger_store
from royalties.store import receipts as receipt_store


def begin(
    session: Session, principal: Principal, kept: KeptAdvice, receipt: Receipt, *, now: datetime
) -> None:
    """Have a receipt be the payment of an advice. Raises `Conflict` where that cannot be."""
    every = every_advice(session, principal, book_of(kept))
    (own,) = (one for one in every if one.kept.id == kept.id)
    if own.stands:
        raise Conflict(
            "The payment of this advice is matched already.",
            next_step=f"See it: ebenbild collect advice {kept.id}",
        )
    if store.of_receipt(session, principal, receipt.id):
        raise Conflict(
            "Another advice explains this payment.",
            next_step="See it: ebenbild collect advices",
            code="another-advice",
        )
    _check_order(refused(kept.advice, paid(every)))
    step = _Step(own, receipt, MATCHED)
    _bring(session, principal, book_of(kept), [*others(every, own), own], step, now=now)
    _note(session, principal, (receipt.id, kept.id), MATCHED, now=now)


def bring(session: Session, principal: Principal, book: Book, *, now: datetime) -> None:
    """Bring the book to what all matched advices of a payer say, as far as it can be placed."""
    every = [one for one in every_advice(session, principal, book) if one.stands]
    _bring(session, principal, book, every, None, now=now)


def end(session: Session, principal: Principal, kept: KeptAdvice, *, now: datetime) -> None:
    """Take back that a receipt was the payment of an advice. Raises `Conflict`."""
    every = every_advice(session, principal, book_of(kept))
    (own,) = (one for one in every if one.kept.id == kept.id)
    if not own.stands:
        raise Conflict("No payment is matched to this advice.", next_step="Look at it again.")
    left = others(every, own)
    if any(not set(one.kept.advice.before).isdisjoint(kept.advice.runs) for one in left):
        raise Conflict(
            "A later payment rests on this one.",
            next_step="Take back the match of the later one first.",
            code="later-rests-on-it",
        )
    step = _Step(own, _receipt(session, principal, own), UNDONE)
    _bring(session, principal, book_of(kept), left, step, now=now)
    _note(session, principal, (own.receipt_id, kept.id), UNDONE, now=now)


def claims_of(session: Session, book: Book, places: Sequence[Place]) -> tuple[str, ...]:
    """The claim of each of these lines in the society's own book; empty where none stands."""
    booked = _booked(session, book)
    found = (booked.get(_key(book, one.pins)) if one.pins else None for one in places)
    return tuple(one.transaction_id if one is not None and one.live else "" for one in found)


@dataclass(frozen=True, slots=True)
class _Step:
    """What somebody does to the match of one advice."""

    own: Matched
    receipt: Receipt
    reason: str


@dataclass(frozen=True, slots=True)
class _Planned:
    """What is to stand of an advice: its lines, by number, and why that is so."""

    own: Matched
    receipt: Receipt
    placed: Mapping[int, Place]
    reason: str


def _bring(
    session: Session,
    principal: Principal,
    book: Book,
    standing: Sequence[Matched],
    step: _Step | None,
    *,
    now: datetime,
) -> None:
    """Book what is missing of these advices, and take back what no standing one says."""
    # Load.
    steps = [_planned(session, principal, book, one, step) for one in standing]
    booked = _booked(session, book)
    # Decide.
    plan = accrual.plan(_claims(book, steps), booked)
    old = journal.by_ids(session, principal, [one.transaction_id for one in plan.reverse])
    moved = moved_of(session, [*old.values()], at=now)
    # Save.
    for each in steps:
        placed = [*each.placed.values()]
        placing.keep(session, book.payer, each.own.kept.advice, placed, at=now)
    clerk = Clerk(session, book.society, now)
    made = [ledger.reverse(one, clerk.stamp(), reason=REVERSED) for one in moved]
    made += [ledger.reverse(one, clerk.stamp(), reason=ABROAD) for one in old.values()]
    made += [
        ledger.accrue(one.accrual, clerk.stamp(), revision=one.revision, reason=ABROAD)
        for one in plan.book
    ]
    ledger_store.add_transactions(session, made)
    if step is not None and step.reason == UNDONE:
        steps.append(_Planned(step.own, step.receipt, {}, UNDONE))
    for each in steps:
        _move(clerk, principal, each)


def _planned(
    session: Session, principal: Principal, book: Book, one: Matched, step: _Step | None
) -> _Planned:
    """What is to stand of an advice: what does, and what else can be placed and is paid for.

    Where lines that take something back can be placed and others cannot, these wait as well.
    """
    begun = step is not None and step.own.kept.id == one.kept.id
    receipt = step.receipt if step is not None and begun else _receipt(session, principal, one)
    advice, found = one.kept.advice, placing.places(session, book, one.kept.advice)
    may = {number: place for number, place in enumerate(found) if place.pins is not None}
    stays = {number: place for number, place in may.items() if number in one.lines}
    wanted = sum(parts(advice, _amount(may.values())).values())
    there = sum(row.amount_micro for row in one.rows) + receipt.unmatched_micro
    fits = 0 < wanted <= there and not receipt.refund_proposed
    return _Planned(one, receipt, may if fits else stays, MATCHED if begun else PLACED)


def _move(clerk: Clerk, principal: Principal, step: _Planned) -> None:
    """Book what is missing of an advice's money, or take all of it back."""
    own, receipt, advice = step.own, step.receipt, step.own.kept.advice
    wanted = {} if step.reason == UNDONE else parts(advice, _amount(step.placed.values()))
    missing = less(wanted, parts(advice, own.claims_micro) if own.stands else {})
    new = tuple(sorted(step.placed.keys() - own.lines))
    if step.reason == PLACED and not new:
        return
    number = len(own.rows) + 1
    made = AdviceMatch(
        id=derived_id("adm", own.kept.id, str(number)),
        advice_id=own.kept.id,
        receipt_id=receipt.id,
        step=number,
        amount_micro=sum(missing.values()),
        claims_micro=missing.get("claims", 0),
        lines=new,
        reason=step.reason,
        seq=next_seq(clerk.session),
        recorded_at=clerk.at,
    )
    store.add_match(clerk.session, principal, made)
    if missing:
        booked = _transaction(own.kept, receipt, made, missing, clerk.stamp())
        ledger_store.add_transactions(clerk.session, [booked])


def _transaction(
    kept: KeptAdvice, receipt: Receipt, made: AdviceMatch, missing: Mapping[str, int], stamp: Stamp
) -> Transaction:
    """Money that waited pays what the other society owes, and the tax on it."""
    currency = kept.advice.currency
    sides = [(receiving.unmatched(receipt), made.amount_micro)]
    sides += [(_account(kept, name), -amount) for name, amount in missing.items()]
    return ledger.book(
        TransactionKind.RECEIPT,
        tuple(Posting(name, micro, currency) for name, micro in sides if micro),
        stamp,
        facts_key=made.id,
        reason=ABROAD,
        earned_period=month_of(stamp.recorded_at),
        audience=f"tenant:{kept.payer_id}",
    )


def _account(kept: KeptAdvice, name: str) -> str:
    """The account that a part of a payment is for, as `parts` names it."""
    kind, _, authority = name.partition(":")
    if kind == "claims":
        return accounts.receivable(kept.payer_id)
    return account(AccountKind.VAT, authority) if authority else account(AccountKind.ROUNDING)


def _claims(book: Book, steps: Iterable[_Planned]) -> list[Accrual]:
    """Every claim that should stand in the book: the sum of what its lines say of it."""
    sums: dict[str, Accrual] = {}
    figures: dict[str, Mapping[str, int]] = {}
    for step in steps:
        for place in step.placed.values():
            assert place.pins is not None, "a line that is placed rests on something"
            assert place.member is not None, "a line that is placed is somebody's"
            key, told = _key(book, place.pins), place.line.figures
            figures[key] = plus(figures[key], told) if key in figures else told
            sums[key] = handedon.claim(
                place.pins,
                figures[key],
                place.member,
                payer=book.payer,
                book=book.society,
                at=step.own.kept.recorded_at,
            )
    if any(collected(told).amount_micro < 0 for told in figures.values()):
        raise Conflict(
            "This takes back more of a claim than was paid for it.",
            next_step="Ask the other society for the payments before.",
            code="takes-back-more",
        )
    return [one for _, one in sorted(sums.items()) if one.amount_micro]


def _booked(session: Session, book: Book) -> Mapping[str, Booked]:
    capability = SearchCapability("advice", book.society)
    of = book.payer, book.currency
    return remittances.booked(session, capability, book.society, of, reason=ABROAD)


def _receipt(session: Session, principal: Principal, one: Matched) -> Receipt:
    found = receipt_store.find_receipt(session, principal, one.receipt_id)
    assert found is not None, "a match names a receipt of the book"
    return found[0]


def _key(book: Book, pins: Pins) -> str:
    own = accrual.live_key(pins.usage_line_id, pins.performer_id, pins.use_id)
    return key_in(own, book.payer, book.currency)


def _amount(places: Iterable[Place]) -> int:
    return sum(one.line.amount_micro for one in places)


def _check_order(code: str) -> None:
    if code == "paid-before":
        raise Conflict(
            "Another payment of theirs paid these runs already.",
            next_step="Ask the other society; the money waits unmatched, and can be sent back.",
            code=code,
        )
    if code:
        raise Conflict(
            "Payments that came before this one are not in the book yet.",
            next_step="Take in their advices and payments first: ebenbild collect advices",
            code=code,
        )


def _note(
    session: Session, principal: Principal, told: tuple[str, str], why: str, *, now: datetime
) -> None:
    receipt_id, advice_id = told
    details = {"advice": advice_id, "reason": why}
    audit.record(
        session,
        principal,
        action="receipt.matched",
        subject_id=receipt_id,
        details=details,
        now=now,
    )
