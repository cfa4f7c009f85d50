"""The payments of a bank's file at work for a book: what each of them becomes.

What is new is entered at once and then matched in the file's order. A file of thousands takes a few
statements for all of them, and a few more for each that pays something.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core.db import next_seqs
from core.principal import Principal
from core.vault import Vault
from royalties.bankanswers import OURS
from royalties.billing.parties import Party
from royalties.billing.twins import Likeness
from royalties.models_income import HeldCause, Payment, Receipt, ToldState
from royalties.service import advised, matching, receipts, remittances, toldpayments
from royalties.service.books import Clerk
from royalties.service.comparing import Compared
from royalties.service.owed import Owed
from royalties.store import receipts as store

Numbered = tuple[int, Payment]


class Became(StrEnum):
    """What became of a payment."""

    MATCHED = "matched"
    WAITING = "waiting"
    HELD = "held"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Intake:
    """A file at work for a book, and whom it may be from."""

    session: Session
    vault: Vault
    principal: Principal
    now: datetime
    parties: dict[str, Party]
    digest: str

    def called(self, payments: Sequence[Payment]) -> tuple[list[Payment], dict[str, str]]:
        """Payments by names of their own where a clerk gave the bank's to another amount or day.

        With the clerk's receipt by the name that such a one bears now.
        """
        names = [one.reference for one in payments]
        by_hand = store.entered_by_hand(self.session, self.principal, names)
        found, clashes = [], {}
        for one in payments:
            receipt, own = by_hand.get(one.reference), one
            if receipt is not None and receipt.payment.what not in receipts.near([one]):
                own = replace(one, reference=f"{one.reference} {one.booked_on}")
                clashes[own.reference] = receipt.id
            found.append(own)
        return found, clashes

    def new(self, payments: Sequence[Payment]) -> list[Payment]:
        """Those of which none came by this name before."""
        names = [one.reference for one in payments]
        known = store.names(self.session, self.principal, names)
        known |= toldpayments.names(self.session, self.principal, names)
        return [one for one in payments if one.reference not in known]

    def take(self, payments: Sequence[Payment], compared: Sequence[Compared]) -> Counter[Became]:
        """Enter the new ones, note what was told before, hold what only a person can tell."""
        for one in payments:
            receipts.check(self.session, one, self.now)
        became: Counter[Became] = Counter()
        new: list[Numbered] = []
        told: list[toldpayments.Told] = []
        numbers = next_seqs(self.session, len(payments))
        for number, payment, found in zip(numbers, payments, compared, strict=True):
            how, cause, like = self._sort(payment, found)
            if how is None:
                new.append((number, payment))
                continue
            state = ToldState.HELD if how is Became.HELD else ToldState.KNOWN
            told.append(toldpayments.Told(number, payment, state, cause, like))
            became[how] += 1
        of = self.session, self.vault, self.principal
        toldpayments.note(*of, told, file_sha256=self.digest, now=self.now)
        became.update(self._enter(new))
        return became

    def enter(self, payments: Sequence[Payment]) -> None:
        """Take them in, each matched where that is beyond doubt."""
        numbers = next_seqs(self.session, len(payments))
        Counter(self._enter([*zip(numbers, payments, strict=True)]))

    def _sort(self, payment: Payment, found: Compared) -> tuple[Became | None, HeldCause, str]:
        """What becomes of a payment, and why: none where it is to be entered."""
        if found.how is Likeness.SAME:
            return Became.KNOWN, found.cause, found.like
        for named in _ours(payment):
            if remittances.is_sisters(self.session, self.principal.tenant_id, named):
                return self._from_sister(payment, named), HeldCause.SISTERS, named
        held = Became.HELD if found.how is Likeness.DOUBTFUL else None
        return held, found.cause, found.like

    def _from_sister(self, payment: Payment, reference: str) -> Became:
        """Take in what another book of the registry paid, by the name its bank knows it by."""
        amount = payment.amount_micro, payment.currency
        new = remittances.arrived(
            self.session, self.principal.tenant_id, reference, amount, now=self.now
        )
        if new is None:
            return Became.HELD
        return Became.MATCHED if new else Became.KNOWN

    def _enter(self, numbered: Sequence[Numbered]) -> Iterator[Became]:
        """Take them in, and match each where that is beyond doubt."""
        owed = Owed(self.session, self.principal, self.parties)
        owed.look_up(payment for _, payment in numbered)
        clerk = Clerk(self.session, self.principal.tenant_id, self.now)
        for some in _steps(numbered):
            made = receipts.enter_all(
                *(self.session, self.vault, self.principal),
                [replace(payment, licensee_id=owed.payer_of(payment)) for _, payment in some],
                numbers=[number for number, _ in some],
                now=self.now,
                file_sha256=self.digest,
            )
            yield from (self._match(clerk, owed, one) for one in made)

    def _match(self, clerk: Clerk, owed: Owed, receipt: Receipt) -> Became:
        session, principal = self.session, self.principal
        wanted = owed.wanted_by(receipt.payment)
        paid = sum(one.amount_micro for one in matching.pay(clerk, principal, receipt, wanted))
        owed.forget(wanted)
        paid = paid or advised.arrived(session, self.vault, principal, receipt, now=self.now)
        return Became.MATCHED if paid == receipt.payment.amount_micro else Became.WAITING


def _steps(numbered: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    """As many at once as may be: an advice is matched to what came in before what follows."""
    step: list[Numbered] = []
    for one in numbered:
        step.append(one)
        if _ours(one[1]):
            yield step
            step = []
    if step:
        yield step


def _ours(payment: Payment) -> list[str]:
    return OURS.findall(f"{payment.reference} {payment.text}".upper())
