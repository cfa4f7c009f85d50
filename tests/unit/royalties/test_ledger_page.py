"""The worked example of docs/ledger.md, computed again."""

import re
from pathlib import Path

from core.ids import derived_id
from royalties import ledger
from royalties.fx import exchange
from royalties.ledger import Stamp
from tests.unit.royalties.books_of_all_kinds import RATE
from tests.unit.royalties.worlds import AT, BOOK

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
