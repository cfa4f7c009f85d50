"""Who collects: by signature, by agreement, by a sister society's mandate, else the operator."""

from dataclasses import replace
from datetime import date

import pytest

from core.errors import BadInput
from core.ids import derived_id
from royalties.accrual import desired
from royalties.agreed import Agreed
from royalties.collecting import (
    PAID_DIRECTLY,
    Claimed,
    Collected,
    CollectingMandate,
    Collectors,
    checked,
    mandate_from_dict,
    mandate_to_dict,
    payee_of,
    placed,
)
from royalties.outcomes import Outcome
from tests.unit.royalties.worlds import EVEN, line, use

OPERATOR, GVL, PPL = (derived_id("ten", name) for name in ("operator", "gvl", "ppl"))
ANNA, BEN = derived_id("prf", "a"), derived_id("prf", "b")
MANDATE = CollectingMandate(
    id=derived_id("cmd", "one"),
    society_id=GVL,
    kinds=("*",),
    territories=("*",),
    performer_ids=("*",),
    valid_from=date(2026, 11, 1),
    valid_until=None,
    source="agreed on paper",
)


def who(
    *mandates: CollectingMandate,
    performer: str = ANNA,
    territory: str = "DE",
    kind: str = "synthesise_voice",
    period: str = "2026-11",
) -> Collected:
    claim = Claimed(kind, territory, performer, period)
    return Collectors(OPERATOR, mandates).of(claim)


def test_without_a_mandate_the_operator_collects() -> None:
    assert who() == Collected(OPERATOR)
    assert who(MANDATE) == Collected(GVL, "", MANDATE.id)


@pytest.mark.parametrize(
    ("changes", "asked", "collects"),
    [
        ({"kinds": ("dub",)}, {}, False),
        ({"kinds": ("dub",)}, {"kind": "dub"}, True),
        ({"territories": ("AT",)}, {}, False),
        ({"territories": ("US",)}, {"territory": "US-NY"}, True),
        ({"territories": ("US-NY",)}, {"territory": "US"}, False),
        ({"performer_ids": (BEN,)}, {}, False),
        ({"performer_ids": (BEN,)}, {"performer": BEN}, True),
        ({"valid_from": date(2026, 11, 2)}, {}, False),
        ({"valid_from": date(2026, 11, 2)}, {"period": "2026-12"}, True),
        ({"valid_until": date(2026, 11, 1)}, {}, False),
        ({"valid_until": date(2026, 11, 2)}, {}, True),
        ({"valid_until": date(2026, 11, 2)}, {"period": "2026-12"}, False),
        ({}, {"performer": "", "kind": ""}, True),
    ],
)
def test_a_mandate_covers_what_it_names_in_months_that_begin_within_it(
    changes: dict[str, object], asked: dict[str, str], collects: bool
) -> None:
    found = who(replace(MANDATE, **changes), **asked)  # type: ignore[arg-type]
    assert (found.book == GVL) is collects


def test_what_a_performer_signed_goes_first_then_who_is_named_then_the_last_one() -> None:
    everybody = replace(MANDATE, id="e", society_id=PPL, seq=9)
    named = replace(MANDATE, id="n", performer_ids=(ANNA,), seq=2)
    signed = replace(everybody, id="s", giver_id=ANNA, performer_ids=(ANNA,), seq=1)
    later = replace(everybody, id="l", society_id=GVL, seq=10)
    assert who(everybody, later).mandate_id == who(later, everybody).mandate_id == "l"
    assert who(everybody, named).mandate_id == "n"
    assert who(everybody, named, signed).mandate_id == "s"
    assert who(everybody, named, signed, performer=BEN).mandate_id == "e"


def test_a_sister_society_is_owed_what_its_members_earn() -> None:
    ours = replace(MANDATE, id="m", society_id=PPL, performer_ids=(ANNA,), giver_id=ANNA)
    sisters = replace(MANDATE, id="s", giver_id=PPL, territories=("DE",))
    assert who(sisters) == Collected(OPERATOR)
    assert who(ours, sisters) == Collected(GVL, PPL, "s")
    assert who(ours, sisters, territory="GB") == Collected(PPL, "", "m")
    assert who(ours, sisters, performer=BEN) == Collected(OPERATOR)
    named = replace(sisters, performer_ids=(BEN,))
    assert who(named, performer=BEN) == Collected(GVL, PPL, "s")
    everybody = replace(MANDATE, id="e", society_id=GVL)
    assert who(named, everybody, performer=BEN) == Collected(GVL, PPL, "s")
    member = replace(MANDATE, id="d", performer_ids=(BEN,), giver_id=BEN)
    assert who(named, member, performer=BEN) == Collected(GVL, "", "d")


def test_a_sisters_share_is_owed_to_the_sister() -> None:
    named = replace(MANDATE, giver_id=PPL, performer_ids=(ANNA,))
    due = placed(use("a"), line(), Collectors(OPERATOR, (named,)))
    assert not isinstance(due, str)
    assert (due[0].payee_id, due[1].book) == (payee_of(PPL), GVL)
    other = placed(use("b"), line(), Collectors(OPERATOR, (named,)))
    assert not isinstance(other, str)
    assert other[0].payee_id == use("b").payee_id


def test_who_is_paid_directly_and_by_a_society_waits_for_a_person() -> None:
    direct, (lines,) = use("a")._replace(paid_directly=True), [(line(), EVEN)]
    nobody = desired([direct], [lines], Agreed(collectors=Collectors(OPERATOR)))
    assert nobody[0] == ()
    assert [one.reason.code for one in nobody[1]] == [PAID_DIRECTLY]
    waiting, _ = desired([direct], [lines], Agreed(collectors=Collectors(OPERATOR, (MANDATE,))))
    assert [one.pins.outcome for one in waiting] == [Outcome.SUSPENSE]
    assert waiting[0].book == GVL
    assert set(waiting[0].pins.parties) == {GVL, direct.performer_tenant_id}
    for collects, count in ((True, 1), (False, 0)):
        known = Collectors(OPERATOR, (MANDATE,), {(direct.licence_id, GVL): collects})
        found, _ = desired([direct], [lines], Agreed(collectors=known))
        assert len(found) == count
        assert all(one.pins.outcome is Outcome.LICENSED for one in found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kinds", ()),
        ("kinds", ("all",)),
        ("territories", ("QQ",)),
        ("territories", ("*", "DE")),
        ("performer_ids", ("somebody",)),
        ("valid_until", date(2026, 11, 1)),
        ("source", ""),
        ("giver_id", "prf_x"),
        ("giver_id", GVL),
    ],
)
def test_what_is_no_mandate_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=name):
        checked(replace(MANDATE, **{name: value}))  # type: ignore[arg-type]


def test_a_mandate_is_read_back_as_it_was_written() -> None:
    made = replace(MANDATE, valid_until=date(2027, 1, 1), giver_id=PPL, seq=3)
    assert checked(made) == made
    assert mandate_from_dict(mandate_to_dict(made), 3) == made
