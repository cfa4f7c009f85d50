"""Setting free what earlier runs kept: blocked money whose cause has gone, and the reserve.

A reserve is divided over everybody whose money it was kept from, in proportion to that. Tax is
withheld when money is set free, because it is due when the payee gets it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.money import split
from royalties.accounts import AccountKind, account
from royalties.distribution import Desk, taxed
from royalties.models_runs import Outcome, Parts, Release, Tax
from royalties.runproof import release_key
from royalties.tariffs.dividing import divide

FREED = "blocked-freed"
RESERVE = "reserve-released"


@dataclass(frozen=True, slots=True)
class Balance:
    """What is kept of one payee's money in one currency, above zero where it is owed."""

    performer_id: str
    tenant_id: str
    payee_id: str
    currency: str
    amount_micro: int


def freed(blocked: Iterable[Balance], desk: Desk) -> list[Release]:
    """Everything blocked that nothing blocks any more."""
    found = [
        _release(account(AccountKind.BLOCKED, one.payee_id), one, one.payee_id, FREED, desk)
        for one in blocked
        if one.amount_micro and not desk.holds.get(one.payee_id)
    ]
    return sorted(found, key=release_key)


def released(
    source: str, reserves: Mapping[str, int], kept: Iterable[Balance], desk: Desk
) -> list[Release]:
    """The whole reserve, by what was kept of each payee's money; `kept` may name one often."""
    weights: dict[str, dict[tuple[str, str, str], int]] = {}
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
        for owner, share in zip(
            owners, split(whole, [of_unit[one] for one in owners]), strict=True
        ):
            found.extend(_to_heirs(source, Balance(*owner, currency, share), desk))
    return sorted(found, key=release_key)


def _to_heirs(source: str, one: Balance, desk: Desk) -> Iterable[Release]:
    heirs = desk.heirs.get(one.payee_id) or {one.payee_id: Fraction(1)}
    for payee_id, share in divide(one.amount_micro, heirs).items():
        if share:
            part = Balance(one.performer_id, one.tenant_id, payee_id, one.currency, share)
            yield _release(source, part, payee_id, RESERVE, desk)


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
