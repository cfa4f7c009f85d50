"""Setting free what earlier runs kept: blocked money, what is left with the dead, and the reserve.

A reserve is divided over everybody whose money it was kept from, in proportion to that. Tax is
withheld when money is set free, because it is due when the payee gets it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from core.money import split
from royalties.accounts import AccountKind, account
from royalties.distribution import Desk, no_tax, taxed
from royalties.models_runs import Outcome, Parts, Release, Tax
from royalties.runproof import release_key
from royalties.tariffs.dividing import divide

FREED = "blocked-freed"
RESERVE = "reserve-released"
PASSED = "estate-passed"
Owner = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Balance:
    """What is kept of one payee's money in one currency, above zero where it is owed."""

    performer_id: str
    tenant_id: str
    payee_id: str
    currency: str
    amount_micro: int


def freed(blocked: Iterable[Balance], desk: Desk) -> list[Release]:
    """Everything blocked that nothing blocks any more; the heirs' where the payee has died."""
    found: list[Release] = []
    for one in blocked:
        if one.amount_micro and not desk.holds.get(one.payee_id):
            source = account(AccountKind.BLOCKED, one.payee_id)
            found.extend(_to_heirs(source, one, FREED, desk))
    return sorted(found, key=release_key)


def passed(owed: Iterable[Balance], desk: Desk) -> list[Release]:
    """What is owed to the dead, or by them, goes to their heirs by share, once all can be paid.

    What the dead were paid too much is set off against what the estate still earns, as it would
    have been against their own; a payee of an heir has no other money. It was taxed when it was
    handed on, so that nothing is withheld again.
    """
    untaxed = replace(desk, tax=no_tax)
    found: list[Release] = []
    for one in owed:
        heirs = desk.heirs.get(one.payee_id, {})
        if one.amount_micro and heirs and not any(desk.holds.get(name) for name in heirs):
            source = account(AccountKind.PAYABLE, one.payee_id)
            found.extend(_to_heirs(source, one, PASSED, untaxed))
    return sorted(found, key=release_key)


def released(
    source: str, reserves: Mapping[str, int], kept: Iterable[Balance], desk: Desk
) -> list[Release]:
    """The whole reserve, by what was kept of each payee's money; `kept` may name one often."""
    weights: dict[str, dict[Owner, int]] = {}
    for one in kept:
        of_unit = weights.setdefault(one.currency, {})
        name = (one.performer_id, one.tenant_id, one.payee_id)
        of_unit[name] = of_unit.get(name, 0) + one.amount_micro
    found: list[Release] = []
    for currency, of_unit in sorted(weights.items()):
        owners = sorted(name for name, of_it in of_unit.items() if of_it > 0)
        whole = reserves.get(currency, 0)
        if whole <= 0 or not owners:
            continue
        shares = split(whole, [of_unit[one] for one in owners])
        for name, share in _inherited(zip(owners, shares, strict=True), desk).items():
            part = Balance(*name, currency, share)
            found.append(_release(source, part, part.payee_id, RESERVE, desk))
    return sorted(found, key=release_key)


def _inherited(shares: Iterable[tuple[Owner, int]], desk: Desk) -> dict[Owner, int]:
    """What each payee gets: an heir may have a share of their own beside the one of the dead."""
    found: dict[Owner, int] = {}
    for (performer_id, tenant_id, payee_id), share in shares:
        for heir, part in divide(share, _heirs_of(payee_id, desk)).items():
            name = (performer_id, tenant_id, heir)
            found[name] = found.get(name, 0) + part
    return {name: share for name, share in found.items() if share}


def _heirs_of(payee_id: str, desk: Desk) -> Mapping[str, Fraction]:
    return desk.heirs.get(payee_id) or {payee_id: Fraction(1)}


def _to_heirs(source: str, one: Balance, reason: str, desk: Desk) -> Iterable[Release]:
    for payee_id, share in divide(one.amount_micro, _heirs_of(one.payee_id, desk)).items():
        if share:
            part = Balance(one.performer_id, one.tenant_id, payee_id, one.currency, share)
            yield _release(source, part, payee_id, reason, desk)


def _release(source: str, one: Balance, payee_id: str, reason: str, desk: Desk) -> Release:
    hold = desk.holds.get(payee_id, "")
    parts = Parts(net_micro=one.amount_micro)
    tax = Tax() if hold else desk.tax(payee_id, one.amount_micro)
    return Release(
        source=source,
        performer_id=one.performer_id,
        performer_tenant_id=one.tenant_id,
        payee_id=payee_id,
        currency=one.currency,
        outcome=Outcome.BLOCKED if hold else Outcome.PAYABLE,
        reason=f"{reason}:{hold}" if hold else reason,
        authority=tax.authority,
        parts=taxed(parts, tax),
    )
