"""Exchanges: two legs, each at zero in its own currency, and a rate that anybody can check."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from royalties import ledger
from royalties.fx import Exchange, Rate, exchange, ratio_of
from royalties.ledger import Stamp
from royalties.models import Ratio
from royalties.models_books import TransactionKind
from tests.unit.royalties.worlds import AT, BOOK

RATE = Rate("EUR", "USD", ratio_of("1.0835"), "ECB", date(2026, 11, 20))
STAMPS = (Stamp(BOOK, "2026-11", 1, AT), Stamp(BOOK, "2026-11", 2, AT))


def made(amount_micro: int, rate: Rate = RATE) -> Exchange:
    return exchange(
        "bank",
        amount_micro,
        rate,
        STAMPS,
        facts_key="f1",
        audience="owner",
        reason="exchange",
        earned_period="2026-11",
    )


def test_an_exchange_by_hand() -> None:
    done = made(100_000_000)
    assert done.to_micro == 108_350_000
    assert ledger.balances(p for leg in done.legs for p in leg.postings) == {
        ("bank", "EUR"): -100_000_000,
        ("fx:EUR-USD", "EUR"): 100_000_000,
        ("bank", "USD"): 108_350_000,
        ("fx:EUR-USD", "USD"): -108_350_000,
    }
    assert {leg.pair_id for leg in done.legs} == {done.id}
    assert {leg.kind for leg in done.legs} == {TransactionKind.FX}
    assert len({leg.id for leg in done.legs}) == 2


@given(
    st.integers(1, 10**12),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.booleans(),
)
def test_each_leg_is_at_zero_and_the_rest_is_named(
    amount: int, numerator: int, denominator: int, owed: bool
) -> None:
    rate = replace(RATE, ratio=Ratio(numerator, denominator))
    signed = -amount if owed else amount
    if amount * numerator < denominator:
        with pytest.raises(BadInput):
            made(signed, rate)
        return
    done = made(signed, rate)
    for leg in done.legs:
        assert not any(ledger.net_by_currency(leg.postings).values())
    rest = done.working["remainder"]
    assert abs(done.to_micro) * denominator + rest == amount * numerator
    assert 0 <= rest < denominator
    assert (done.to_micro < 0) is owed


@pytest.mark.parametrize("amount", [0, 2**63])
def test_no_amount_and_too_much_are_refused(amount: int) -> None:
    with pytest.raises(BadInput):
        made(amount)


def test_a_currency_is_not_changed_into_itself() -> None:
    with pytest.raises(BadInput):
        made(1_000_000, replace(RATE, quote="EUR"))


@pytest.mark.parametrize(
    "text", ["", "0", "-1.5", "1e3", "x", "1/2", "nan", "1_0", " 1", "1.", "1." + "1" * 20]
)
def test_a_rate_is_a_plain_decimal(text: str) -> None:
    with pytest.raises(BadInput):
        ratio_of(text)


def test_a_rate_is_exact() -> None:
    assert ratio_of("1.0835") == Ratio(2167, 2000)
