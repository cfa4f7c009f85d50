"""The worked examples of docs/ledger.md, computed again."""

import re
from datetime import timedelta
from pathlib import Path

from core.ids import derived_id
from royalties import accounts, accrual, ledger
from royalties.closing import posting_month
from royalties.fx import exchange
from royalties.ledger import Stamp
from royalties.models_books import PeriodState, Transaction
from tests.unit.royalties.books_of_all_kinds import RATE
from tests.unit.royalties.worlds import AT, BOOK, EVEN, STUDIO, line, use

PAGE = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text("utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| ([A-Z]{3}) \|((?: -?\d+ \|){4})$", re.MULTILINE)


def test_the_exchange_on_the_page_is_what_the_program_books() -> None:
    payee = f"payable:{derived_id('pay', 'a')}"
    made = exchange(
        payee,
        -100_000_000,
        RATE,
        (Stamp(BOOK, "2026-11", 1, AT), Stamp(BOOK, "2026-11", 2, AT)),
        facts_key="f",
        audience="owner",
        reason="exchange",
        earned_period="2026-11",
    )
    first, second = (ledger.balances(leg.postings) for leg in made.legs)
    rows = ROW.findall(PAGE)
    assert len(rows) == 4
    for name, currency, figures in rows:
        before, one, two, after = (int(part) for part in figures.split("|")[:-1])
        key = (payee if name.startswith("payable") else name, currency)
        assert (one, two) == (first.get(key, 0), second.get(key, 0))
        assert after == before + one + two


CLAIM = re.compile(
    r"^\| ([\d-]{7}) \| ([\d-]{7}) \| `(\w+)` \| (-?\d+) \| (-?\d+) \|$", re.MULTILINE
)


def test_the_claim_on_the_page_is_what_the_program_books() -> None:
    def owed(seconds: int, month: str, revision: int) -> Transaction:
        found = use(spans=((0, seconds * 1000),))
        (claim,), _ = accrual.desired([found], [(line(), EVEN)])
        return ledger.accrue(claim, Stamp(BOOK, month, 1, AT), revision=revision, reason="owed")

    states = {"2026-11": PeriodState.CLOSED}
    later = posting_month(states, AT + timedelta(days=12))
    first = owed(60, posting_month({}, AT), 1)
    back = ledger.reverse(first, Stamp(BOOK, later, 2, AT), reason="changed:spans")
    booked = (first, back, owed(90, later, 2))
    receivable, earned = accounts.receivable(STUDIO), accounts.accrued(use().performer_id)
    assert CLAIM.findall(PAGE) == [
        (
            one.posted_period,
            one.earned_period,
            one.kind.value,
            str(ledger.balances(one.postings)[receivable, "EUR"]),
            str(ledger.balances(one.postings)[earned, "EUR"]),
        )
        for one in booked
    ]
