from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.errors import BadTerms
from core.money import Money

AMOUNTS = st.integers(-(10**18), 10**18)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_a_split_conserves_the_total(total: int, weights: list[int]) -> None:
    assert sum(money.split(total, weights)) == total


@given(AMOUNTS, WEIGHTS)
def test_each_share_is_within_one_of_its_exact_part(total: int, weights: list[int]) -> None:
    for share, weight in zip(money.split(total, weights), weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
        assert weight > 0 or share == 0


@given(AMOUNTS, WEIGHTS)
def test_a_reversed_total_cancels_share_by_share(total: int, weights: list[int]) -> None:
    assert money.split(-total, weights) == [-share for share in money.split(total, weights)]


@given(st.integers(0, 10**12), WEIGHTS)
def test_a_greater_weight_never_gets_less(total: int, weights: list[int]) -> None:
    shares = money.split(total, weights)
    ranked = sorted(zip(weights, shares, strict=True))
    assert [share for _, share in ranked] == sorted(shares)


def test_equal_remainders_go_to_the_earlier_place() -> None:
    assert money.split(10, [1, 1, 1]) == [4, 3, 3]
    assert money.split(5, [1, 1, 1, 1]) == [2, 1, 1, 1]
    assert money.split(7, [2, 0, 3]) == [3, 0, 4]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1, 3]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(BadTerms):
        money.split(1, weights)


@given(AMOUNTS, st.integers(-(10**9), 10**9), st.integers(1, 10**9))
def test_a_ratio_names_its_remainder(amount: int, num: int, den: int) -> None:
    quotient, remainder = money.mul_div(amount, num, den)
    assert quotient * den + remainder == amount * num
    assert 0 <= remainder < den


@pytest.mark.parametrize("den", [0, -1])
def test_a_ratio_needs_a_positive_denominator(den: int) -> None:
    with pytest.raises(ValueError, match="denominator"):
        money.mul_div(1, 1, den)


@given(AMOUNTS)
def test_cents_are_the_nearest_with_halves_to_even(amount_micro: int) -> None:
    cents, remainder = money.to_units(amount_micro, 10_000)
    assert cents == int((Decimal(amount_micro) / 10_000).quantize(Decimal(1), "ROUND_HALF_EVEN"))
    assert cents * 10_000 + remainder == amount_micro


@given(st.integers(0, 10**18 - 1))
def test_a_rate_is_read_back_from_its_text(amount_micro: int) -> None:
    assert money.parse_rate(money.rate_text(amount_micro)) == amount_micro


@pytest.mark.parametrize(
    ("text", "micro"),
    [("0.0125", 12_500), ("1", 1_000_000), ("0.000001", 1), ("10.50", 10_500_000)],
)
def test_rates_are_exact(text: str, micro: int) -> None:
    assert money.parse_rate(text) == micro


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1e3", ".5", "1.", "0.0000001", "1,5", "NaN", "1_000", "٣", " 1", "1\n"],
)
def test_a_rate_that_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(BadTerms):
        money.parse_rate(text)


@pytest.mark.parametrize(
    ("amount_micro", "lang", "text"),
    [
        (1_234_500_000, "en", "1,234.50 EUR"),
        (1_234_500_000, "de", "1.234,50 EUR"),
        (-12_500, "en", "-0.0125 EUR"),
        (0, "de", "0,00 EUR"),
        (1, "en", "0.000001 EUR"),
        (1_000_000, "fr", "1.00 EUR"),
    ],
)
def test_amounts_read_exactly(amount_micro: int, lang: str, text: str) -> None:
    assert money.format(amount_micro, "EUR", lang) == text


@pytest.mark.parametrize(
    ("amount_micro", "currency", "text"),
    [
        (1_234_000_000, "JPY", "1,234 JPY"),
        (500_000, "JPY", "0.5 JPY"),
        (0, "JPY", "0 JPY"),
        (1_500_000, "KWD", "1.500 KWD"),
        (1_500_000, "CLF", "1.5000 CLF"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(
    amount_micro: int, currency: str, text: str
) -> None:
    assert money.format(amount_micro, currency) == text


@pytest.mark.parametrize(
    ("amount_micro", "currency", "text"),
    [
        (2_500_000, "JPY", "2 JPY"),
        (3_500_001, "JPY", "4 JPY"),
        (400_000, "JPY", "<1 JPY"),
        (-1, "KWD", ">-0.001 KWD"),
        (1_234_567, "KWD", "1.235 KWD"),
    ],
)
def test_a_glance_rounds_to_the_minor_unit(amount_micro: int, currency: str, text: str) -> None:
    assert money.rounded(amount_micro, currency) == text


def test_amounts_of_one_currency_add_up() -> None:
    assert Money(1, "EUR").plus(Money(2, "EUR")) == Money(3, "EUR")
    with pytest.raises(ValueError, match="currencies"):
        Money(1, "EUR").plus(Money(1, "USD"))


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "E1R"])
def test_a_currency_is_three_capitals(currency: str) -> None:
    with pytest.raises(BadTerms):
        Money(1, currency)


@pytest.mark.parametrize("amount", [1.0, True, "1", Decimal(1)])
def test_money_is_a_whole_number(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12) | st.integers(-9_999, 9_999), st.sampled_from(["en", "de"]))
def test_a_rounded_amount_is_the_nearest_cent_and_halves_go_to_the_even_one(
    amount: int, lang: str
) -> None:
    said = money.rounded(amount, "EUR", lang)
    least = {"<": 1, ">": -1}.get(said[0], 0)
    assert (least != 0) == (0 < abs(amount) <= 5_000) and least * amount >= 0
    if least:
        assert said[1:] == money.format(least * 10_000, "EUR", lang)
        return
    figure = said.removesuffix(" EUR").replace("." if lang == "de" else ",", "").replace(",", ".")
    assert Decimal(figure) == (Decimal(amount) / 1_000_000).quantize(Decimal("0.01"))
    assert not said.startswith("-0.00") and not said.startswith("-0,00")
