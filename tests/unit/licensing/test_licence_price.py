"""What the ledger reads of a licence is what the whole licence says."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from core.errors import BadTerms
from licensing.licenceprice import MONEY, from_terms
from licensing.models import Terms
from licensing.terms import terms_from_dict, terms_to_dict
from tests.unit.licensing.examples import terms
from tests.unit.royalties.worlds import tariff


@pytest.mark.parametrize(
    "said",
    [
        terms(),
        terms(territories=("*",), paid_directly=True),
        terms(tariff=tariff("per_minute", 12, "CHF")),
    ],
)
def test_the_price_of_a_licence_is_that_of_its_terms(said: Terms) -> None:
    data = terms_to_dict(said)
    whole, read = terms_from_dict(data), from_terms("lic", "tar", _money(data))
    assert (read.tariff, read.licensee_id) == (whole.tariff, whole.licensee_id)
    assert (read.territories, read.paid_directly) == (whole.territories, whole.paid_directly)


def test_a_price_without_a_rate_is_refused() -> None:
    data = {**terms_to_dict(terms()), "tariff": {"kind": "per_view"}}
    with pytest.raises(BadTerms):
        from_terms("lic", "tar", _money(data))


def _money(data: Mapping[str, Any]) -> str:
    return json.dumps([data.get(name) for name in MONEY])
