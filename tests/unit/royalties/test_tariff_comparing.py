"""What differs between two tariffs."""

from hypothesis import given, settings

from royalties.tariffs.comparing import Difference, differences
from royalties.tariffs.documents import digest_of, tariff_from_dict
from royalties.tariffs.models import Tariff
from tests.unit.royalties.tariff_worlds import tariffs
from tests.unit.royalties.test_tariff_documents import STEP, document


def test_each_field_is_named_by_its_path() -> None:
    steps = [STEP, {"from": "100", "share": "1/5"}]
    changes = {"version": 2, "cap": "5", "params": {"kind": "revenue_share", "steps": steps}}
    assert differences(tariff_from_dict(document()), tariff_from_dict(document(**changes))) == (
        Difference("cap", None, "5"),
        Difference("params.steps.1.from", None, "100"),
        Difference("params.steps.1.share", None, "1/5"),
        Difference("version", 1, 2),
    )


@settings(deadline=None, max_examples=50)
@given(tariffs(), tariffs())
def test_tariffs_without_a_difference_have_one_digest(one: Tariff, other: Tariff) -> None:
    assert (differences(one, other) == ()) == (digest_of(one) == digest_of(other))
