"""A remittance advice: what it says comes back from its bytes, comes to its payment, once a run."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.canonical import canonical, parse_strict
from core.errors import BadInput, BadProof
from core.keys import generate
from fingerprint.models import Span
from licensing.models import TariffKind, TariffTerm
from registry.models.works import KindOfUse
from royalties.advice import (
    Advice,
    AdvisedCut,
    AdvisedLine,
    added_up,
    checked,
    less,
    parts,
    refused,
)
from royalties.advice_wire import FORM, from_dict, id_of, read_signed, signed, to_dict
from royalties.models import Pins, Ratio

AT = datetime(2026, 11, 20, tzinfo=UTC)
KEY = generate()
FIGURES = {
    "gross_micro": 100_000_000,
    "cost_micro": 9_000_000,
    "social_micro": 1_000_000,
    "reserve_micro": 5_000_000,
    "tax_micro": 0,
    "freed_micro": 0,
}


def pins(use: str = "use_1") -> Pins:
    return Pins(
        usage_line_id="usg_1",
        cut_id="cut_1",
        territory="DE",
        period="2026-11",
        views=10_000,
        use_id=use,
        performer_id="prf_1",
        payee_id="",
        kind=KindOfUse.DUB,
        spans=(Span(0, 60_000),),
        licence_id="lic_1",
        tariff_id="tar_1",
        tariff=TariffTerm(TariffKind.PER_VIEW, 10_000, "EUR"),
        factor=Ratio(1, 1),
        factor_set_id="factors",
        clearance_id="clr_1",
        scan_id="scn_1",
        model_ids=(),
        threshold_ids=(),
    )


def advice(**changes: Any) -> Advice:
    made = Advice(
        registry=KEY.did,
        payer="did:web:north.example",
        payer_name="North",
        payee="did:web:south.example",
        payment_id="pot_1",
        reference="POT1",
        currency="EUR",
        amount_micro=85_000_000,
        proposed_at=AT,
        runs=("run_2",),
        before=("run_1",),
        notes=(),
        vat={},
        cuts=(AdvisedCut("cut_1", "wrk_1", "Night Train", "", "feature", "de", 90_000),),
        lines=(AdvisedLine("txn_1", pins(), FIGURES),),
    )
    return replace(made, **changes)


def test_what_it_says_comes_back_from_its_bytes() -> None:
    said = signed(to_dict(advice()), KEY, AT)
    document = read_signed(said, FORM, [KEY.did])
    assert from_dict(document) == checked(advice())
    assert document["id"] == id_of(advice())
    later = signed(to_dict(advice()), KEY, AT.replace(hour=3))
    assert read_signed(later, FORM, [KEY.did])["id"] == document["id"] != id_of(advice(runs=("x",)))


def test_whoever_is_not_trusted_and_whatever_was_changed_is_refused() -> None:
    said = signed(to_dict(advice()), KEY, AT)
    with pytest.raises(BadProof, match="trusted"):
        read_signed(said, FORM, [generate().did])
    with pytest.raises(BadProof):
        read_signed(said.replace(b"85000000", b"86000000"), FORM, [KEY.did])
    stated = to_dict(advice())
    for name, value in (("claims_micro", "1"), ("id", "adv_1"), ("more", "x"), ("lines", [{}])):
        changed = parse_strict(canonical({**stated, name: value}))
        with pytest.raises(BadInput, match="no remittance advice"):
            from_dict(changed)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"amount_micro": 85_100_000}, "sum"),
        ({"vat": {"de": 5_000_000}}, "sum"),
        ({"cuts": ()}, "cuts"),
        ({"runs": ()}, "runs"),
        ({"runs": ("run_1",)}, "runs"),
        ({"currency": "USD"}, "currency"),
        (
            {"lines": (AdvisedLine("a", pins(), FIGURES),) * 2, "amount_micro": 170_000_000},
            "claims",
        ),
    ],
)
def test_one_that_does_not_explain_its_payment_is_refused(
    changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(BadInput) as caught:
        checked(advice(**changes))
    assert fault in caught.value.fields


def test_lines_of_one_claim_are_added() -> None:
    half = {name: amount // 2 for name, amount in FIGURES.items()}
    told = [AdvisedLine("old", pins(), half), AdvisedLine("new", pins(), half)]
    (one,) = added_up(told)
    assert (one.claim_id, one.amount_micro) == ("new", 85_000_000)
    assert len(added_up([*told, AdvisedLine("b", pins("use_2"), half)])) == 2


def test_a_run_is_paid_once_and_none_is_skipped() -> None:
    assert refused(advice(), ["run_1"]) == ""
    assert refused(advice(), []) == "earlier-missing"
    assert refused(advice(), ["run_1", "run_2"]) == "paid-before"


def test_what_is_booked_is_all_of_the_payment_once_all_is_placed() -> None:
    told = advice(amount_micro=85_004_000, vat={"de": 5_000}, runs=("run_2", "run_3"))
    whole = parts(told, told.claims_micro)
    assert sum(whole.values()) == told.amount_micro
    some = parts(told, 40_000_000)
    assert less(whole, some) == {"claims": 45_000_000}
    assert less({}, whole) == {name: -amount for name, amount in whole.items() if amount}
    assert parts(replace(told, vat={}, amount_micro=84_999_000), 0) == {}
