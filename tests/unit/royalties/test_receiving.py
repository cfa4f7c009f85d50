"""Part payments are divided to the millionth, and documents ask for whole cents."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.currencies import is_payable
from core.money import MICRO_PER_CENT
from royalties.invoicing import amounts, collectable, credit, postings, settle
from royalties.ledger import Stamp
from royalties.models_income import (
    Allocation,
    Amounts,
    Claims,
    Invoice,
    InvoiceKind,
    Payment,
    Receipt,
)
from royalties.receiving import as_far_as, entered, given_back, matched, received_net, shares

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LICENSEE = "ten_" + "a" * 26
CLAIMS = st.lists(st.integers(1, 10**12), min_size=1, max_size=30)
RATES = st.sampled_from([0, 700, 1900])


def invoice(claims: list[int], rate: int = 1900, currency: str = "EUR") -> Invoice:
    return Invoice(
        id="inv_" + "a" * 26,
        tenant_id="ten_" + "b" * 26,
        kind=InvoiceKind.INVOICE,
        year=2026,
        no=7,
        licensee_id=LICENSEE,
        month="2026-11",
        currency=currency,
        issued_on=date(2026, 11, 21),
        due_on=date(2026, 12, 21),
        lines=len(claims),
        claims_micro=sum(claims),
        amounts=amounts(sum(claims), rate, currency),
        seq=1,
        recorded_at=NOW,
    )


def note(of: Invoice, claims: list[int], before: list[Invoice], rate: int) -> Invoice:
    due = Claims(LICENSEE, of.currency, len(claims), -sum(claims), of.id)
    given_back = credit(of, before, due, rate)
    return replace(
        of,
        kind=InvoiceKind.CREDIT_NOTE,
        credits_id=of.id,
        lines=len(claims),
        claims_micro=-sum(claims),
        amounts=given_back,
    )


def test_an_invoice_asks_for_whole_cents_and_books_the_rest() -> None:
    made = invoice([12_500, 333_333])
    assert made.number == "2026-000007"
    assert made.amounts == Amounts(350_000, 70_000)
    found = {p.account: p.amount_micro for p in postings(made, "de")}
    assert found == {f"receivable:{LICENSEE}": 74_167, "vat:de": -70_000, "rounding": -4_167}


def test_tax_is_rounded_up_from_half_a_cent() -> None:
    assert amounts(500_000, 700, "EUR").vat_micro == 40_000
    assert amounts(1_500_000, 700, "EUR").vat_micro == 110_000


@pytest.mark.parametrize(
    ("claims_micro", "currency", "asked"),
    [
        (345_833, "EUR", Amounts(350_000, 70_000)),
        (1_234_560_000, "JPY", Amounts(1_235_000_000, 235_000_000)),
        (2_500_000, "JPY", Amounts(2_000_000, 0)),
        # EN 16931 has two decimals and no more, so that a third one is on no paper.
        (1_234_567, "KWD", Amounts(1_230_000, 230_000)),
    ],
)
def test_net_and_tax_are_what_the_currency_can_pay(
    claims_micro: int, currency: str, asked: Amounts
) -> None:
    assert amounts(claims_micro, 1900, currency) == asked


@pytest.mark.parametrize(("currency", "least"), [("EUR", 5_001), ("JPY", 500_001), ("KWD", 5_001)])
def test_what_comes_to_less_than_a_document_asks_for_waits(currency: str, least: int) -> None:
    assert collectable(Claims(LICENSEE, currency, 1, least))
    assert not collectable(Claims(LICENSEE, currency, 1, least - 1))


@given(CLAIMS, RATES, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_what_is_booked_nets_to_zero_and_asks_for_the_gross(
    claims: list[int], rate: int, currency: str
) -> None:
    made = invoice(claims, rate, currency)
    found = postings(made, "de")
    assert sum(p.amount_micro for p in found) == 0
    asked = sum(p.amount_micro for p in found if p.account.startswith("receivable"))
    assert sum(claims) + asked == made.amounts.gross_micro
    assert made.amounts.gross_micro % MICRO_PER_CENT == 0
    assert is_payable(made.amounts.gross_micro, currency)


@given(CLAIMS, RATES, st.data())
def test_credit_notes_of_every_line_leave_nothing(
    claims: list[int], rate: int, data: st.DataObject
) -> None:
    made = invoice(claims, rate)
    order = data.draw(st.permutations(claims))
    notes: list[Invoice] = []
    while order:
        some = data.draw(st.integers(1, len(order)))
        notes.append(note(made, order[:some], notes, rate))
        order = order[some:]
    settled = settle(made, notes, 0)
    assert (settled.claims_micro, settled.gross_micro) == (0, 0)
    assert all(one.amounts.net_micro <= 0 and one.amounts.vat_micro <= 0 for one in notes)


@given(CLAIMS, RATES, st.integers(0, 10**14))
def test_no_more_is_received_than_claimed_and_all_of_it_when_all_is_paid(
    claims: list[int], rate: int, paid: int
) -> None:
    made = invoice(claims, rate)
    settled = settle(made, [], min(paid, made.amounts.gross_micro))
    parts = shares(settled, claims)
    assert all(0 <= part <= claim for part, claim in zip(parts, claims, strict=True))
    assert sum(parts) == received_net(settled)
    assert shares(settle(made, [], made.amounts.gross_micro), claims) == claims


def test_what_was_paid_for_a_reversed_claim_waits_once_the_others_are_whole() -> None:
    settled = settle(invoice([30, 70_000], 0), [], 70_000)
    assert shares(settled, [70_000]) == [70_000]
    assert shares(settled, []) == []


def test_money_pays_invoices_in_their_order_and_none_with_nothing() -> None:
    first, paid, last = (settle(invoice([net], 0), [], done) for net, done in WANTED)
    assert as_far_as(120_000, [first, paid, last]) == [(first, 100_000), (last, 20_000)]
    assert as_far_as(100_000, [first, last]) == [(first, 100_000)]
    assert as_far_as(1, [last]) == [(last, 1)]
    assert as_far_as(500_000, [first, last]) == [(first, 100_000), (last, 50_000)]


WANTED = ((100_000, 0), (70_000, 70_000), (80_000, 30_000))


def test_what_was_paid_too_much_goes_back_to_the_newest_first() -> None:
    over = settle(invoice([100_000], 0), [], 150_000)
    held = {"rcp_old": 90_000, "rcp_mid": 0, "rcp_new": 60_000}
    assert given_back(over, held) == [("rcp_new", 50_000)]
    assert given_back(over, {**held, "rcp_new": 20_000}) == [
        ("rcp_new", 20_000),
        ("rcp_old", 30_000),
    ]
    assert given_back(settle(invoice([100_000], 0), [], 100_000), held) == []


@pytest.mark.parametrize("payer", [LICENSEE, None])
def test_money_waits_with_its_payer_until_it_pays(payer: str | None) -> None:
    made, stamp = invoice([100_000], 0), Stamp("ten_" + "b" * 26, "2026-11", 9, NOW)
    payment = Payment("ref", date(2026, 11, 20), 100_000, "EUR", payer)
    receipt = Receipt("rcp_" + "a" * 26, made.tenant_id, payment, 8, NOW)
    waits = f"unmatched:{payer or made.tenant_id}"
    came = {one.account: one.amount_micro for one in entered(receipt, stamp).postings}
    assert came == {"bank": 100_000, waits: -100_000}
    item = Allocation("alc_1", receipt.id, made.id, 1, 60_000, "matched", 10, NOW)
    paid = {one.account: one.amount_micro for one in matched(receipt, made, item, stamp).postings}
    assert paid == {waits: 60_000, f"receivable:{LICENSEE}": -60_000}
