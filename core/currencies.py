"""The minor unit of each currency: what the smallest payment in it is.

Books count millionths; whatever a bank moves or a paper asks for is whole units of these.
Source: ISO 4217, list one, dated in `data/currencies.json`.
"""

from functools import cache
from importlib.resources import files

from core.canonical import parse_strict
from core.errors import BadInput

_CENTS = 2
_OF_BOOKS = 6


def decimals(currency: str) -> int:
    """How many decimals an amount that can be paid has: 2 for what the list does not know."""
    return _listed().get(currency, _CENTS)


def is_listed(currency: str) -> bool:
    """Whether there is such a currency."""
    return currency in _listed()


def check_listed(currency: str) -> None:
    """Return for a currency that there is; raise BadInput (bad-currency) for any other text."""
    if not is_listed(currency):
        raise BadInput(
            f"{currency} is no currency of ISO 4217.",
            next_step="Use its code of three capital letters, such as EUR.",
            code="bad-currency",
        )


def unit_micro(currency: str) -> int:
    """The minor unit of a currency in millionths."""
    return int(10 ** (_OF_BOOKS - decimals(currency)))


def is_payable(amount_micro: int, currency: str) -> bool:
    """Whether a bank can move this amount: in whole cents, or what a currency has for them."""
    return amount_micro % unit_micro(currency) == 0


@cache
def _listed() -> dict[str, int]:
    data = parse_strict(files("core").joinpath("data", "currencies.json").read_bytes())
    return {
        name: int(count)
        for count, lines in data["decimals"].items()
        for line in lines
        for name in line.split()
    }
