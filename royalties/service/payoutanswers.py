"""What a bank says of payouts, taken in: settled, or come back; never sent once more.

An answer is taken in whole or not at all. What is about a payment that was never sent, or about
another amount, is refused, because somebody else wrote it or something is badly wrong. The same
answer twice changes nothing, nor does an older one that arrives late.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, notices
from core.errors import BadInput
from core.ids import derived_id
from core.principal import Principal, SearchCapability, require
from royalties.bankanswers import Answers, read
from royalties.ledger import OWNER
from royalties.models_payouts import (
    Answer,
    Batch,
    BatchState,
    Outcome,
    Payout,
    PayoutState,
    Taken,
    Way,
)
from royalties.paying import reference_of
from royalties.payoutbooks import answered
from royalties.service.books import Clerk
from royalties.service.remittances import take_in
from royalties.store import ledger as ledger_store
from royalties.store import payees, payoutanswers, payoutbatches
from royalties.store import payouts as store

_SENT = frozenset({PayoutState.SENT, PayoutState.SETTLED, PayoutState.RETURNED})
_BEFORE = {
    PayoutState.SETTLED: frozenset({PayoutState.SENT}),
    PayoutState.RETURNED: frozenset({PayoutState.SENT, PayoutState.SETTLED}),
}
_STATES = {Outcome.SETTLED: PayoutState.SETTLED, Outcome.RETURNED: PayoutState.RETURNED}
_SHOWN_MAX = 10


def take(session: Session, principal: Principal, data: bytes, *, now: datetime) -> Taken:
    """Take in a bank's answer about payouts of one's own book.

    Raises `BadInput` for what is no answer, or is about what was never sent.
    """
    # Load.
    require(principal, "usage")
    sha256 = hashlib.sha256(data).hexdigest()
    known = payoutanswers.answer_of(session, principal, sha256)
    if known is not None:
        answer_id, form, counts = known
        return Taken(id=answer_id, form=form, **counts, again=True)
    answers = read(data)
    said = _single(session, principal, answers)
    payouts = store.by_reference(session, principal, (one.reference for one in said))
    # Decide.
    _check(said, payouts)
    moves = _moves(said, payouts)
    # Save.
    clerk = Clerk(session, principal.tenant_id, now)
    made = [answered(one, state, clerk.stamp()) for one, state, _ in moves]
    ledger_store.add_transactions(session, made)
    for state, code in dict.fromkeys((state, code) for _, state, code in moves):
        ids = [one.id for one, *became in moves if became == [state, code]]
        store.move(session, principal, ids, state, at=now, bank_code=code)
    take_in(session, (one for one, *_ in moves), now=now)
    _tell(session, principal, moves, now)
    return _record(session, principal, answers, said, moves, sha256=sha256, now=now)


def _single(session: Session, principal: Principal, answers: Answers) -> list[Answer]:
    """What is said of each payment: what is said of a whole file goes for all that were in it."""
    sent = [
        one for one in payoutbatches.batches(session, principal) if one.state is BatchState.SENT
    ]
    batches = {reference_of(one.id): one for one in sent}
    found: list[Answer] = []
    for one in answers.said:
        if not one.whole:
            found.append(one)
            continue
        batch = batches.get(one.reference)
        if batch is None:
            raise _never_sent([one.reference])
        found += _of_all(session, principal, batch, one)
    return found


def _of_all(session: Session, principal: Principal, batch: Batch, one: Answer) -> list[Answer]:
    filed = [
        payout
        for payout in store.payouts_of(session, principal, batch.id)
        if payout.way is Way.SEPA and payout.state in _SENT
    ]
    total = sum(payout.amount_micro for payout in filed)
    if one.amount_micro is not None and (one.amount_micro, one.currency) != (total, batch.currency):
        raise _other_amount([one.reference])
    return [Answer(payout.end_to_end_id, one.outcome, one.code) for payout in filed]


def _check(said: Sequence[Answer], payouts: dict[str, Payout]) -> None:
    """Raise `BadInput` for payments that were never sent, and for other amounts than were sent."""
    unknown = [
        one.reference
        for one in said
        if one.reference not in payouts or payouts[one.reference].state not in _SENT
    ]
    if unknown:
        raise _never_sent(unknown)
    wrong = [
        one.reference
        for one in said
        if one.amount_micro is not None
        and (one.amount_micro, one.currency or payouts[one.reference].currency)
        != (payouts[one.reference].amount_micro, payouts[one.reference].currency)
    ]
    if wrong:
        raise _other_amount(wrong)


def _moves(
    said: Iterable[Answer], payouts: dict[str, Payout]
) -> list[tuple[Payout, PayoutState, str]]:
    """What changes, in the order of the answer; a payment may settle and come back in one."""
    stands = {name: one.state for name, one in payouts.items()}
    found = []
    for one in said:
        state = _STATES.get(one.outcome)
        if state is None or stands[one.reference] not in _BEFORE[state]:
            continue
        before, stands[one.reference] = stands[one.reference], state
        payout = payouts[one.reference]
        found.append((replace(payout, state=before), state, one.code))
    return found


def _tell(
    session: Session,
    principal: Principal,
    moves: Sequence[tuple[Payout, PayoutState, str]],
    now: datetime,
) -> None:
    """Tell the payee's side of money that came back; they alone can mend it."""
    back = [
        (one, code)
        for one, state, code in moves
        if state is PayoutState.RETURNED and one.audience != OWNER
    ]
    whose = _performers(session, principal, [one for one, _ in back])
    for one, code in back:
        batch = payoutbatches.get_batch(session, principal, one.batch_id)
        notices.notify(
            session,
            tenant_id=one.audience.removeprefix("tenant:"),
            person=None,
            kind="payout.returned",
            subject_id=one.id,
            facts=_facts(one, code, batch.sent_at, whose.get(one.payee_id)),
            now=now,
        )


def _performers(
    session: Session, principal: Principal, returned: Sequence[Payout]
) -> dict[str, str]:
    """Whose money it is, by payee; another society's is nobody's alone."""
    capability = SearchCapability("payout", principal.tenant_id)
    found = payees.versions_of(session, capability, {one.payee_id for one in returned})
    return {name: versions[0].performer_id for name, versions in found.items()}


def _facts(
    one: Payout, code: str, sent_at: datetime | None, performer_id: str | None
) -> dict[str, str]:
    """What the payee's side knows the payment by: an amount and a day, never an account."""
    facts = {
        "code": code or "-",
        "amount_micro": str(one.amount_micro),
        "currency": one.currency,
    }
    if sent_at is not None:
        facts["sent"] = sent_at.date().isoformat()
    return facts if performer_id is None else {**facts, "performer": performer_id}


def _record(
    session: Session,
    principal: Principal,
    answers: Answers,
    said: Sequence[Answer],
    moves: Sequence[tuple[Payout, PayoutState, str]],
    *,
    sha256: str,
    now: datetime,
) -> Taken:
    became = [state for _, state, _ in moves]
    still_open = sum(one.outcome is Outcome.OPEN for one in said)
    counts = {
        "settled": became.count(PayoutState.SETTLED),
        "returned": became.count(PayoutState.RETURNED),
        "known": len(said) - len(moves) - still_open,
        "still_open": still_open,
        "others": answers.others,
    }
    answer_id = derived_id("pan", principal.tenant_id, sha256)
    payoutanswers.add_answer(
        session,
        principal,
        answer_id=answer_id,
        sha256=sha256,
        form=answers.form,
        counts=counts,
        at=now,
    )
    details = {"sha256": sha256, "form": answers.form}
    audit.record(
        session, principal, action="payout.answered", subject_id=answer_id, details=details, now=now
    )
    return Taken(id=answer_id, form=answers.form, **counts, again=False)


def _never_sent(references: Sequence[str]) -> BadInput:
    return BadInput(
        f"The answer is about payments that were never sent: {_some(references)}.",
        next_step="Ask the bank what it is about; nothing of it was taken in.",
        code="never-sent",
    )


def _other_amount(references: Sequence[str]) -> BadInput:
    return BadInput(
        f"The answer names other amounts than were sent: {_some(references)}.",
        next_step="Ask the bank what it is about; nothing of it was taken in.",
        code="other-amount",
    )


def _some(references: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in references[:_SHOWN_MAX])
