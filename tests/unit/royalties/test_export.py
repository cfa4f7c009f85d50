"""The ledger as beancount text: complete, exact, and in an order that does not depend on input."""

from royalties.export import account_name, to_beancount
from tests.unit.royalties.worlds import STUDIO, Books, line, priced, tariff, use

EXPECTED = """option "title" "Ebenbild ledger"
1970-01-01 open Assets:Receivable:{studio}
1970-01-01 open Liabilities:Accrued:{performer_account}

2026-11-21 * "accrual" "{performer} synthesise_voice" ^{txn} #earned-2026-11
  transaction: "{txn}"
  seq: "1"
  posted: "2026-11"
  reason: "new"
  usage-line: "{line}"
  use: "{use}"
  licence: "{licence}"
  clearance: "{clearance}"
  scan: "{scan}"
  models: "ge2e-resemblyzer"
  thresholds: "thr-1"
  Assets:Receivable:{studio}  0.012500 EUR
  Liabilities:Accrued:{performer_account}  -0.012500 EUR

2026-11-22 balance Liabilities:Accrued:{performer_account}  -0.012500 ~ 0.000000 EUR
2026-11-22 balance Assets:Receivable:{studio}  0.012500 ~ 0.000000 EUR"""


def test_one_accrual_in_full() -> None:
    books = Books()
    books.accrue([use()], [line()])
    assert "\n".join(to_beancount(books.transactions)) == EXPECTED.format(
        studio=STUDIO.upper().replace("_", "-"),
        performer_account=use().performer_id.upper().replace("_", "-"),
        performer=use().performer_id,
        txn=books.transactions[0].id,
        line=line().id,
        use=use().use_id,
        licence=use().licence_id,
        clearance=use().clearance_id,
        scan=use().scan_id,
    )


def test_the_order_of_input_does_not_matter() -> None:
    books = Books()
    books.accrue([use(), use("b")], [line(1), line(2)])
    text = list(to_beancount(books.transactions))
    assert list(to_beancount(reversed(books.transactions))) == text


def test_a_reversal_shares_the_link_of_its_accrual() -> None:
    books = Books()
    books.accrue([use()], [line()])
    books.accrue([], [line()])
    text = "\n".join(to_beancount(books.transactions))
    assert text.count(f"^{books.transactions[0].id}") == 2
    assert f"balance {account_name('accrued:' + use().performer_id)}  0.000000" in text


def test_whole_units_and_quotes_are_written_exactly() -> None:
    books = Books()
    quoted = use()._replace(model_ids=('a "model" \\ of 2',))
    books.accrue([priced(quoted, tariff("per_view", 1_000_001))], [line(1_000_000)])
    text = "\n".join(to_beancount(books.transactions))
    assert "1000001.000000 EUR" in text
    assert r'models: "a \"model\" \\ of 2"' in text


def test_empty_books_are_a_valid_file() -> None:
    assert list(to_beancount([])) == ['option "title" "Ebenbild ledger"']
