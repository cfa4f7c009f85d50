"""The smallest payment in a currency is its minor unit, and the list is whole."""

import pytest

from core.currencies import check_listed, decimals, is_payable, unit_micro
from core.errors import BadInput

UNITS = {"EUR": 10_000, "USD": 10_000, "JPY": 1_000_000, "KWD": 1_000, "CLF": 100, "XXX": 10_000}
OF_ISO = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AUD BRL CAD CHF CNY CZK DKK EUR GBP HUF INR MXN NOK PLN SEK TRY USD ZAR",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}


@pytest.mark.parametrize(("currency", "unit"), UNITS.items())
def test_the_least_that_can_be_paid_is_the_minor_unit(currency: str, unit: int) -> None:
    assert unit_micro(currency) == unit
    assert is_payable(7 * unit, currency)
    assert not is_payable(7 * unit + unit // 2, currency)


@pytest.mark.parametrize("text", ["XYZ", "eur", "EURO", ""])
def test_what_iso_does_not_list_is_no_currency(text: str) -> None:
    check_listed("KWD")
    with pytest.raises(BadInput, match="no currency"):
        check_listed(text)


@pytest.mark.parametrize(("count", "names"), OF_ISO.items())
def test_decimals_are_those_of_iso_4217(count: int, names: str) -> None:
    assert {decimals(one) for one in names.split()} == {count}
