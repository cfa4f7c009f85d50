"""What the invoices of a book still ask for, while the money of a file pays one after the other.

What thousands of payments name is read at once, and again only where one of them paid of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from core.principal import Principal
from royalties.billing.finding import by_amount, numbers_in, payer_of
from royalties.billing.parties import Party
from royalties.models_income import Invoice, Payment, Settlement
from royalties.service import matching
from royalties.store import invoices


@dataclass(slots=True)
class Owed:
    """Which open invoices payments are for; use it within one `write()`.

    `parties` are those whom money may be from, by licensee.
    """

    session: Session
    principal: Principal
    parties: dict[str, Party]
    _numbered: dict[tuple[int, int], Invoice | None] = field(default_factory=dict)
    _of: dict[tuple[str, str], list[Invoice]] = field(default_factory=dict)
    _settled: dict[str, Settlement] = field(default_factory=dict)

    def look_up(self, payments: Iterable[Payment]) -> None:
        """Read at once what these payments name."""
        numbers = {one for payment in payments for one in numbers_in(payment)}
        wanted = sorted(numbers - self._numbered.keys())
        found = invoices.numbered(self.session, self.principal, wanted)
        self._numbered |= dict.fromkeys(wanted) | {(one.year, one.no): one for one in found}
        self._settle(found)

    def payer_of(self, payment: Payment) -> str | None:
        """Who paid: the licensee whose invoices it names, else whose account or name it bears."""
        licensees = {one.licensee_id for one in self._named(payment)}
        if len(licensees) == 1:
            return licensees.pop()
        return payer_of(payment, self.parties)

    def wanted_by(self, payment: Payment) -> list[Settlement]:
        """The open invoices that a payment is for, in order, where that is beyond doubt."""
        named = self._named(payment)
        licensees = {one.licensee_id for one in named}
        if len(licensees) == 1:
            return [
                one
                for one in self._settle(named)
                if one.owed_micro > 0 and one.invoice.currency == payment.currency
            ]
        payer = payer_of(payment, self.parties)
        if payer is None or licensees:
            return []
        owed = self._owed_by(payer, payment.currency)
        unpaid = [one for one in owed if one.open_micro > 0]
        amount = payment.amount_micro
        return list(by_amount(amount, unpaid) or by_amount(amount, owed))

    def forget(self, paid: Iterable[Settlement]) -> None:
        """Look again at what was paid of these."""
        for one in paid:
            self._settled.pop(one.invoice.id, None)

    def _named(self, payment: Payment) -> list[Invoice]:
        self.look_up([payment])
        found = (self._numbered[one] for one in numbers_in(payment))
        return [one for one in found if one is not None]

    def _owed_by(self, licensee: str, currency: str) -> list[Settlement]:
        key = licensee, currency
        if key not in self._of:
            self._of[key] = matching.invoices_to(self.session, self.principal, *key)
        return [one for one in self._settle(self._of[key]) if one.owed_micro > 0]

    def _settle(self, found: Sequence[Invoice]) -> list[Settlement]:
        missing = [one for one in found if one.id not in self._settled]
        if missing:
            for one in matching.settlements(self.session, self.principal, missing):
                self._settled[one.invoice.id] = one
        return [self._settled[one.id] for one in found]
