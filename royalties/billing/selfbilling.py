"""Self-billed notes: what whoever collects bills itself in a payee's name for what a run paid.

The payee supplies, the collector issues the paper (Directive 2006/112/EC, Art. 224; in Germany the
Gutschrift of UStG § 14 Abs. 2): type 389 of UNTDID 1001, or 261 where more is taken back than paid.
What a run paid is net of value added tax; the note adds the tax, and rounds to whole cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from royalties import accounts
from royalties.accounts import AccountKind, account
from royalties.billing import vat
from royalties.billing.bills import Group
from royalties.billing.parties import Party
from royalties.billing.vat import EXEMPT, OUTSIDE, REVERSE, Tax
from royalties.invoicing import amounts, whole
from royalties.models_books import Posting
from royalties.models_income import Amounts
from royalties.payees import VAT_STATUSES, PayeeDetails

NO_BUSINESS, SMALL, REDUCED, STANDARD = "none", "small", "reduced", "standard"
_NOBODY = "Directive 2006/112/EC, Art. 9: not a taxable person"
_ABROAD = "Directive 2006/112/EC, Art. 44, 194 and 196"
_SMALL_ABROAD = "Directive 2006/112/EC, Art. 284"
NO_STATUS, NO_NUMBER = "vat-status-missing", "tax-number-missing"
NO_ADDRESS, NO_CENT = "address-missing", "less-than-a-cent"
DISTRIBUTION = "distribution"


@dataclass(frozen=True, slots=True)
class Earned:
    """What a run paid a payee for one month, and what it withheld of that for the state."""

    period: str
    lines: int
    net_micro: int
    withheld_micro: int


@dataclass(frozen=True, slots=True)
class Paid:
    """Everything that a run paid a payee in one currency; `audience` sees it."""

    payee_id: str
    currency: str
    audience: str
    months: tuple[Earned, ...]

    @property
    def lines(self) -> int:
        """How many lines and releases of the run it is."""
        return sum(one.lines for one in self.months)

    @property
    def net_micro(self) -> int:
        """What the run booked to the payee."""
        return sum(one.net_micro for one in self.months)

    @property
    def withheld_micro(self) -> int:
        """What it kept back for the state."""
        return sum(one.withheld_micro for one in self.months)

    @property
    def claims_micro(self) -> int:
        """What the note is about: the consideration before tax was withheld."""
        return self.net_micro + self.withheld_micro

    @property
    def groups(self) -> list[Group]:
        """The lines of the paper, by month; one for all where a month took something back."""
        sign = -1 if self.claims_micro < 0 else 1
        found = [
            Group(
                "", DISTRIBUTION, one.period, one.lines, sign * (one.net_micro + one.withheld_micro)
            )
            for one in self.months
        ]
        if all(one.claims_micro > 0 for one in found):
            return found
        return [
            Group("", DISTRIBUTION, found[-1].earned_period, self.lines, abs(self.claims_micro))
        ]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a note says, in whole cents; below zero where it takes back."""

    amounts: Amounts
    withheld_micro: int

    @property
    def due_micro(self) -> int:
        """What the payee is owed for it."""
        return self.amounts.gross_micro - self.withheld_micro


def party_of(details: PayeeDetails | None) -> Party | str:
    """The payee as a note names it, or the code of what is missing."""
    if details is None or not (details.name and details.town and details.country):
        return NO_ADDRESS
    if details.vat not in VAT_STATUSES:
        return NO_STATUS
    if details.vat != NO_BUSINESS and not (details.tax_number or details.vat_id):
        return NO_NUMBER
    return Party(
        name=details.name,
        street=f"{details.street} {details.building}".strip() or details.town,
        postcode=details.post_code,
        city=details.town,
        country=details.country,
        vat_id=details.vat_id,
        tax_number=details.tax_number,
        small_business=details.vat == SMALL,
        rate_class=REDUCED if details.vat == REDUCED else STANDARD,
    )


def decide(payee: Party, status: str, book: Party, on: date) -> Tax:
    """The tax of what a payee supplied to whoever collects by that day.

    Raises `BadInput` where the data do not know the rates of the collector's country.
    """
    authority = vat.authority(book.country)
    if status == NO_BUSINESS:
        return Tax(OUTSIDE, 0, authority, _NOBODY)
    if payee.country == book.country:
        return vat.decide(payee, book, on)
    if status == SMALL and vat.in_union(payee.country):
        return Tax(EXEMPT, 0, authority, _SMALL_ABROAD)
    return Tax(REVERSE, 0, authority, _ABROAD)


def figures(paid: Paid, tax: Tax) -> Figures:
    """Net, tax and what was withheld, in whole cents."""
    sign = -1 if paid.claims_micro < 0 else 1
    found = amounts(abs(paid.claims_micro), tax.basis_points, paid.currency)
    withheld = whole(abs(paid.withheld_micro), paid.currency)
    way = -1 if paid.withheld_micro < 0 else 1
    return Figures(Amounts(sign * found.net_micro, sign * found.vat_micro), way * withheld)


def postings(paid: Paid, said: Figures, authority: str) -> tuple[Posting, ...]:
    """What a note adds to what the run booked: tax, and what rounding added or left out.

    After it the payee is owed for the run what the note says, to the cent.
    """
    tax = said.amounts.vat_micro
    adds = said.due_micro - paid.net_micro
    sides = [(accounts.payable(paid.payee_id), -adds), (account(AccountKind.ROUNDING), adds - tax)]
    if tax:
        sides.append((account(AccountKind.VAT, authority), tax))
    return tuple(Posting(name, micro, paid.currency) for name, micro in sides if micro)


def joined(found: Iterable[Paid]) -> list[Paid]:
    """The same with one value for each payee and currency, its months in order."""
    made: dict[tuple[str, str], Paid] = {}
    for one in found:
        key = (one.payee_id, one.currency)
        known = made.get(key)
        made[key] = one if known is None else replace(known, months=_merged(known, one))
    return [made[key] for key in sorted(made)]


def _merged(known: Paid, more: Paid) -> tuple[Earned, ...]:
    months: dict[str, Earned] = {}
    for one in (*known.months, *more.months):
        old = months.get(one.period, Earned(one.period, 0, 0, 0))
        months[one.period] = Earned(
            one.period,
            old.lines + one.lines,
            old.net_micro + one.net_micro,
            old.withheld_micro + one.withheld_micro,
        )
    return tuple(months[name] for name in sorted(months))
