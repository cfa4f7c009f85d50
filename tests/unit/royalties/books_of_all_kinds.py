"""Books in memory that use every kind of account and transaction, for programs that read them."""

from collections.abc import Mapping
from datetime import date

from core.ids import derived_id
from royalties import ledger
from royalties.accounts import AccountKind, account
from royalties.fx import Rate, exchange, ratio_of
from royalties.models_books import Posting, Transaction, TransactionKind
from tests.unit.royalties.worlds import AT, BOOK, Books, line, priced, tariff, use

RATE = Rate("EUR", "USD", ratio_of("1.0835"), 'ECB, "euro reference"', date(2026, 11, 20))
SUBJECTS: Mapping[AccountKind, str] = {
    AccountKind.BANK: "",
    AccountKind.RECEIVABLE: derived_id("ten", "studio"),
    AccountKind.WRITTEN_OFF: derived_id("ten", "studio"),
    AccountKind.IN_TRANSIT: derived_id("pyo", "one"),
    AccountKind.FX: "EUR-USD",
    AccountKind.ACCRUED: derived_id("prf", "a"),
    AccountKind.PAYABLE: derived_id("pay", "a"),
    AccountKind.BLOCKED: derived_id("pay", "a"),
    AccountKind.HELD: derived_id("prf", "a"),
    AccountKind.UNIDENTIFIED: derived_id("cut", "one"),
    AccountKind.SUSPENSE: derived_id("cut", "one"),
    AccountKind.RESERVE: derived_id("run", "one"),
    AccountKind.UNCLAIMED: "2026-09",
    AccountKind.UNMATCHED: derived_id("ten", "studio"),
    AccountKind.VAT: "de",
    AccountKind.TAX: "de-berlin",
    AccountKind.COST: "online",
    AccountKind.SOCIAL: "public-performance",
    AccountKind.ROUNDING: "",
}


def every_account() -> list[str]:
    """One account of each kind."""
    return [account(kind, SUBJECTS[kind]) for kind in AccountKind]


def all_kinds() -> tuple[list[Transaction], dict[str, Rate]]:
    """Accruals and reversals, an exchange, and money through every account; with the rates."""
    books = Books()
    anna, bert = use("a"), priced(use("b"), tariff("per_view", 333, "USD"))
    lines = [line(n) for n in range(1, 6)]
    books.accrue([anna, bert], lines)
    books.accrue([anna], lines)
    found = list(books.transactions)

    def stamp() -> ledger.Stamp:
        return ledger.Stamp(BOOK, "2026-11", len(found) + 1, AT)

    names = every_account()
    plain = [kind for kind in TransactionKind if kind not in _OF_THEIR_OWN]
    for number, (debit, credit) in enumerate(zip(names, [*names[1:], names[0]], strict=True)):
        postings = (Posting(debit, 1 + number * 7, "EUR"), Posting(credit, -1 - number * 7, "EUR"))
        made = ledger.book(
            plain[number % len(plain)],
            postings,
            stamp(),
            facts_key=f"f{number}",
            reason="through-every-account",
            earned_period="2026-10",
            run_id=SUBJECTS[AccountKind.RESERVE] if number % 2 else None,
        )
        found.append(made)
    found.append(ledger.reverse(found[-1], stamp(), reason="booked-wrongly"))
    stamps = (stamp(), stamp()._replace(seq=len(found) + 2))
    changed = exchange(
        "bank",
        5_000_000,
        RATE,
        stamps,
        facts_key="fx",
        audience="owner",
        reason="exchange",
        earned_period="2026-11",
    )
    return [*found, *changed.legs], {changed.id: RATE}


_OF_THEIR_OWN = {TransactionKind.ACCRUAL, TransactionKind.REVERSAL, TransactionKind.FX}
