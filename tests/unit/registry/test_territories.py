"""Territories are real codes, so that a mistyped one is heard of."""

import pytest

from core.errors import BadInput
from registry.territories import ALPHA_2, check_territories


def test_iso_3166_has_249_codes() -> None:
    assert len(ALPHA_2) == 249
    assert {"DE", "GB", "US", "CN", "AX"} <= ALPHA_2


@pytest.mark.parametrize("codes", [[], ["UK"], ["de"], ["DEU"], ["EU"], [""]])
def test_what_is_no_code_is_refused(codes: list[str]) -> None:
    with pytest.raises(BadInput):
        check_territories(codes)


def test_codes_are_sorted_and_once() -> None:
    assert check_territories(["FR", "DE", "FR"]) == ("DE", "FR")
    assert check_territories(["FR", "*"]) == ("*",)
