"""Payments beside all that a book was told before: one by one, then as batches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal
from core.vault import Vault
from royalties.billing.batches import told_otherwise
from royalties.billing.parties import Party
from royalties.billing.twins import Likeness, sort_out
from royalties.billing.words import sender
from royalties.models_income import HeldCause, Payment
from royalties.service import toldpayments


@dataclass(frozen=True, slots=True)
class Compared:
    """What a payment is beside those told before, the receipt it is like, and how it is."""

    how: Likeness
    like: str = ""
    cause: HeldCause = HeldCause.LIKE_ANOTHER


def compare(
    session: Session,
    vault: Vault,
    principal: Principal,
    payments: Sequence[Payment],
    *,
    new: Sequence[Payment],
    own: Party | None,
) -> list[Compared]:
    """What each of the `new` payments of a file is; `own` is who collects, as invoices say it."""
    if not new:
        return []
    known = toldpayments.told_before(session, vault, principal, payments)
    found = [Compared(*one) for one in sort_out(new, known)]
    left = [at for at, one in enumerate(found) if one.how is Likeness.OTHER]
    others = [new[at] for at in left]
    taken = {one.like for one in found}
    beside = [
        one
        for one in toldpayments.told_on(session, vault, principal, payments, others)
        if one.receipt_id not in taken
    ]
    holder = sender(own.name, own.iban) if own else sender("", "")
    for at, like in told_otherwise(others, beside, holder).items():
        found[left[at]] = Compared(Likeness.DOUBTFUL, like, HeldCause.BATCH)
    return found
