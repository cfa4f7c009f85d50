"""What a distribution run does with each claim: hands on what is new, or says why it stays.

Only money received is handed on, each millionth once: what closed runs did with a claim is compared
with what has been received of it by now. Deductions are cut down to whole millionths, so that what
is left over is the payee's and nothing is lost. Worked example: docs/runs.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import attrgetter
from typing import Any

from core.money import mul_div, split
from royalties.accounts import AccountKind
from royalties.models import Ratio
from royalties.models_received import ReceivedClaim
from royalties.models_runs import BOOKED, Before, Outcome, Parts, Rates, RunKind, RunLine, Tax
from royalties.tariffs.dividing import divide

_STAYING = {
    AccountKind.HELD: Outcome.HELD,
    AccountKind.UNIDENTIFIED: Outcome.UNIDENTIFIED,
    AccountKind.SUSPENSE: Outcome.SUSPENSE,
}
# A run asks for these of each claim, and naming a member takes longer than dividing an amount.
_FINAL, _PAYABLE, _BLOCKED = RunKind.FINAL, Outcome.PAYABLE, Outcome.BLOCKED
ON_TIME = "received"
LATE = "found-late"
_NONE = Tax()
TAKEN_BACK = "taken-back"
TOO_MUCH = "paid-too-much"


def no_tax(_payee_id: str, _net_micro: int) -> Tax:
    """Nothing is withheld."""
    return Tax()


def not_frozen(_claim: ReceivedClaim) -> str:
    """No dispute concerns any claim."""
    return ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run decides by: rates of a claim, tax of a payee's amount, who is blocked, and why.

    `heirs` gives the payees who have taken a payee's place, with their shares. `frozen` is the code
    of the dispute that a claim is in, or empty. `released` says that the reserve of these months
    has been paid out before.
    """

    kind: RunKind
    rates: Callable[[ReceivedClaim], Rates]
    tax: Callable[[str, int], Tax] = no_tax
    holds: Mapping[str, str] = field(default_factory=dict)
    heirs: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    frozen: Callable[[ReceivedClaim], str] = not_frozen
    released: bool = False


def due_of(claim: ReceivedClaim, before: Sequence[Before]) -> int:
    """What was received of a claim and no run has handed on; below zero where one did too much."""
    if not before:
        return claim.received_micro
    return claim.received_micro - sum(one.received_micro for one in before)


def lines_of(claim: ReceivedClaim, before: Sequence[Before], desk: Desk) -> tuple[RunLine, ...]:
    """The lines of a claim that concerns no reserve; none where nothing is new."""
    due = due_of(claim, before)
    if claim.account in _STAYING:
        stays = _STAYING[claim.account]
        back = taken_back(claim, before, desk, claim.received_micro - due)
        here = (staying(claim, stays, stays.value, claim.received_micro),)
        return (*back, *here) if claim.received_micro else back
    frozen = desk.frozen(claim)
    if frozen:
        return (staying(claim, Outcome.FROZEN, frozen, due),) if due else ()
    if due < 0 or not claim.claimed_micro:
        return taken_back(claim, before, desk, max(0, -due))
    if not before:
        return handed_on(claim, desk, received=due, drawn=0, reason=ON_TIME)
    put_back = restored(claim, before, due)
    left = due - sum(one.received_micro for one in put_back)
    return (*put_back, *handed_on(claim, desk, received=left, drawn=0, reason=ON_TIME))


def handed_on(
    claim: ReceivedClaim, desk: Desk, *, received: int, drawn: int, reason: str
) -> tuple[RunLine, ...]:
    """Pay a claim to its payees out of what was received and what the reserve advances."""
    if received + drawn == 0:
        return ()
    heirs = desk.heirs.get(claim.payee_id)
    if not heirs:
        return (_paid(claim, claim.payee_id, desk, (received, drawn), reason),)
    of_received, of_reserve = divide(received, heirs), divide(drawn, heirs)
    return tuple(
        _paid(claim, name, desk, (of_received[name], of_reserve[name]), reason)
        for name in sorted(heirs)
        if of_received[name] + of_reserve[name]
    )


def taken_back(
    claim: ReceivedClaim, before: Sequence[Before], desk: Desk, too_much: int
) -> tuple[RunLine, ...]:
    """Take from those who got it what is not owed any more; what was advanced goes back as well."""
    holders = [one for one in before if one.received_micro > 0]
    if too_much and not holders:
        return (staying(claim, Outcome.WAITING, TOO_MUCH, -too_much),)
    back = dict.fromkeys((one.payee_id for one in before), 0)
    if too_much:
        shares = split(too_much, [one.received_micro for one in holders])
        back |= {one.payee_id: share for one, share in zip(holders, shares, strict=True)}
    rates = desk.rates(claim)
    found = []
    for one in before:
        advanced = 0 if claim.claimed_micro else one.advanced_micro
        whole = back[one.payee_id] + advanced
        if whole == 0:
            continue
        outcome = _BLOCKED if desk.holds.get(one.payee_id) else _PAYABLE
        found.append(
            _line(
                claim,
                one.payee_id,
                outcome,
                TAKEN_BACK,
                rates_id=rates.id,
                category=rates.category,
                authority=one.authority,
                received_micro=-back[one.payee_id],
                drawn_micro=-advanced,
                parts=_opposite(one.parts, whole, released=desk.released),
            )
        )
    return tuple(found)


def staying(
    claim: ReceivedClaim, outcome: Outcome, reason: str, stays: int, *, lacking: int = 0
) -> RunLine:
    """Say that money received of a claim stays where it is, and why."""
    figures = {"stays_micro": stays, "lacking_micro": lacking}
    return _line(claim, claim.payee_id, outcome, reason, **figures)


def moved(claim: ReceivedClaim, payee_id: str, outcome: Outcome, received: int) -> RunLine:
    """Pay the reserve out of what was received, or the other way round; nobody's money changes."""
    figures = {"received_micro": received, "drawn_micro": -received}
    return _line(claim, payee_id, outcome, outcome.value, **figures)


def restored(claim: ReceivedClaim, before: Sequence[Before], due: int) -> tuple[RunLine, ...]:
    """What the reserve advanced is put back first."""
    found: list[RunLine] = []
    for one in before:
        amount = min(one.advanced_micro, due)
        if amount > 0:
            found.append(moved(claim, one.payee_id, Outcome.RESTORED, amount))
            due -= amount
    return tuple(found)


def divided(received: int, drawn: int, rates: Rates, kind: RunKind) -> Parts:
    """Deduct these rates from what is handed on; no reserve is kept of what came out of one."""
    whole = received + drawn
    cost, social = _of(rates.cost, whole), _of(rates.social, whole)
    reserve = 0 if kind is _FINAL else _of(rates.reserve, received)
    return Parts(cost, social, reserve, 0, 0, whole - cost - social - reserve)


def taxed(parts: Parts, tax: Tax) -> Parts:
    """These parts after tax."""
    if not (tax.tax_micro or tax.surcharge_micro):
        return parts
    withheld = tax.tax_micro + tax.surcharge_micro
    return parts._replace(
        tax_micro=tax.tax_micro,
        surcharge_micro=tax.surcharge_micro,
        net_micro=parts.net_micro - withheld,
    )


# The order of lines in a run's hash; no two lines of a run are equal in it.
sort_key = attrgetter("live_key", "payee_id", "outcome")


def is_booked(line: RunLine) -> bool:
    """Whether a line is a transaction's, and not only told."""
    return line.outcome in BOOKED


def _paid(
    claim: ReceivedClaim, payee_id: str, desk: Desk, amounts: tuple[int, int], reason: str
) -> RunLine:
    """The line of one payee's part of what was received and of what the reserve advances."""
    rates = desk.rates(claim)
    parts = divided(*amounts, rates, desk.kind)
    hold = desk.holds.get(payee_id, "")
    tax = _NONE if hold else desk.tax(payee_id, parts.net_micro)
    return _line(
        claim,
        payee_id,
        _BLOCKED if hold else _PAYABLE,
        hold or reason,
        rates.id,
        rates.category,
        tax.authority,
        *amounts,
        taxed(parts, tax),
    )


def _of(rate: Ratio, amount: int) -> int:
    return amount * rate.numerator // rate.denominator


def _opposite(parts: Parts, whole: int, *, released: bool) -> Parts:
    """So much of what was divided as parts that are taken back; what is left over is the payee's.

    A reserve that was released is with the payee already.
    """
    divided = parts.whole_micro
    names = ("cost_micro", "social_micro", "reserve_micro", "tax_micro", "surcharge_micro")
    shares = dict.fromkeys(names, 0)
    if divided > 0:
        shares = {name: mul_div(getattr(parts, name), whole, divided)[0] for name in names}
    if released:
        shares["reserve_micro"] = 0
    back = {name: -share for name, share in shares.items()}
    return Parts(**back, net_micro=-whole - sum(back.values()))


def _line(
    claim: ReceivedClaim, payee_id: str, outcome: Outcome, reason: str, *said: Any, **figures: Any
) -> RunLine:
    """By place: a run has a line for every claim of a book."""
    return RunLine(
        claim.live_key,
        payee_id,
        outcome,
        reason,
        claim.transaction_id,
        claim.performer_id,
        claim.performer_tenant_id,
        claim.earned_period,
        claim.currency,
        *said,
        **figures,
    )
