"""Licences of other registries in a decision: they count, and what is not known of them is said."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from licensing.clearance import decide
from licensing.foreign import Told, as_licence, facts_of, in_force, list_urls, under_parents
from licensing.models import LicenceInForce, LicenceState
from licensing.models_clearance import ClearanceDecision
from licensing.models_foreign import ForeignLicence, KeptList, Origin
from licensing.models_suspension import Suspension
from licensing.statuslist import VALID_FOR
from licensing.sublicensing import LINKS_MAX
from registry.models.works import DeclaredUse, KindOfUse
from tests.unit.licensing.documents import FACTS, REGISTRY, licence_bytes, status_bytes
from tests.unit.licensing.examples import ANNA, AT, PLACE, STUDIO, declaration, licence, use

FRESH = Origin(REGISTRY.did, AT - timedelta(hours=1), AT + timedelta(hours=23))
CLONE = DeclaredUse(ANNA, KindOfUse.SYNTHESISE_VOICE)
STRIKE = Suspension("sus_a", "grp_a", frozenset(), AT, 1, None, None, "strike")
NOTHING_TOLD = Told(None, None, ())
ITEM = ForeignLicence(
    id="flc_a",
    tenant_id="ten_agency",
    performer_id="prf_here",
    registry=REGISTRY.did,
    foreign_performer_id=ANNA,
    foreign_id="lic_a",
    vc_id=FACTS.vc_id,
    subject_id=FACTS.subject_id,
    tariff_id="tar_a",
    signed_at=AT,
    seq=7,
    document=licence_bytes(),
)


def foreign(origin: Origin = FRESH, **changes: Any) -> LicenceInForce:
    held: LicenceInForce = licence("foreign", seq=9, **changes)
    return replace(held, origin=origin)


def decided(*licences: LicenceInForce, found: bool = True) -> ClearanceDecision:
    uses = [use()] if found else []
    return decide(uses, (), licences, declaration(CLONE), AT, place=PLACE)


def codes(decision: ClearanceDecision) -> set[str]:
    told = [reason.code for span in decision.spans for reason in span.reasons]
    return {*told, *(reason.code for reason in decision.reasons)}


ROWS: dict[str, tuple[Origin, dict[str, Any], str, str]] = {
    "a list of today": (FRESH, {}, "CLEARED", "licence-covers"),
    "a list that is over": (
        replace(FRESH, status_until=AT),
        {},
        "REVIEW",
        "foreign-status-stale",
    ),
    "no list": (
        replace(FRESH, status_at=None, status_until=None),
        {},
        "REVIEW",
        "foreign-status-stale",
    ),
    "a registry no longer trusted": (
        replace(FRESH, trusted=False),
        {},
        "REVIEW",
        "foreign-untrusted",
    ),
    "so many cuts": (FRESH, {"uses_max": 3}, "REVIEW", "foreign-count-unknown"),
    "a bit of suspension": (
        replace(FRESH, suspended=True),
        {},
        "REFUSED",
        "foreign-suspended",
    ),
    "a strike": (replace(FRESH, suspensions=(STRIKE,)), {}, "REFUSED", "consent-suspended"),
    "another territory": (FRESH, {"territories": ("FR",)}, "REFUSED", "territory-not-licensed"),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_verdict_under_a_foreign_licence(name: str) -> None:
    origin, changes, verdict, code = ROWS[name]
    found = decided(foreign(origin, **changes))
    assert (found.verdict, code in codes(found)) == (verdict, True)


def test_a_declared_use_that_was_not_found_is_no_way_past_a_doubt() -> None:
    assert decided(foreign(replace(FRESH, status_until=AT)), found=False).verdict == "REVIEW"
    found = decided(foreign(replace(FRESH, status_until=AT)), found=False)
    assert {"declared-with-doubt", "foreign-status-stale"} <= codes(found)


def test_a_licence_without_doubts_is_taken_before_a_later_one_with() -> None:
    found = decided(licence("own"), foreign(replace(FRESH, status_until=AT)))
    assert found.verdict == "CLEARED"
    assert found.licence_ids == (licence("own").id,)


def kept(*revoked: int, purpose: str = "revocation", at: datetime = AT) -> KeptList:
    url = dict(zip(("revocation", "suspension"), list_urls(facts_of(ITEM)), strict=True))[purpose]
    return KeptList(url, purpose, at, at + VALID_FOR, status_bytes(*revoked))


def standing(told: Told = NOTHING_TOLD, *lists: KeptList) -> LicenceInForce:
    held = {item.url: item for item in lists}
    return in_force(ITEM, told, held, trusted=True, licensee_id=STUDIO)


def test_a_licence_stands_as_its_registry_says() -> None:
    both = (kept(), kept(purpose="suspension"))
    found = standing(NOTHING_TOLD, *both)
    assert (found.terms.performer_id, found.terms.licensee_id) == ("prf_here", STUDIO)
    assert found.revoked_at is None
    assert found.origin is not None
    assert found.origin.status_until == AT + VALID_FOR
    # One of the two lists alone says nothing of the other.
    alone = standing(NOTHING_TOLD, kept())
    assert alone.origin is not None
    assert alone.origin.status_until is None
    revoked = standing(NOTHING_TOLD, kept(42), kept(purpose="suspension"))
    assert revoked.revoked_at == AT
    suspended = standing(NOTHING_TOLD, kept(), kept(42, purpose="suspension"))
    assert suspended.origin is not None
    assert suspended.origin.suspended
    noticed = standing(Told(None, AT, ()), *both)
    assert noticed.terms.valid_until == AT
    told = standing(Told(AT, None, ()), *both)
    assert told.revoked_at == AT
    assert as_licence(ITEM, told).state is LicenceState.REVOKED
    assert as_licence(ITEM, found).signed == ITEM.document


def test_a_sublicence_stands_while_what_it_rests_on_does() -> None:
    child = replace(foreign(parent_licence_id="lic_parent"), id="flc_child")
    parent = replace(foreign(), id="flc_parent")
    ids = {"lic_parent": "flc_parent", "lic_child": "flc_child"}
    assert under_parents([child, parent], ids)[0].revoked_at is None
    gone = replace(parent, revoked_at=AT)
    assert under_parents([child, gone], ids)[0].revoked_at == AT
    # What it rests on did not come along: nobody here can say that it stands.
    assert under_parents([child], {"lic_child": "flc_child"})[0].revoked_at is not None
    circle = replace(parent, terms=replace(parent.terms, parent_licence_id="lic_child"))
    assert under_parents([child, circle], ids)[0].revoked_at is not None


def test_a_sublicence_ends_with_what_it_rests_on() -> None:
    child = replace(foreign(parent_licence_id="lic_parent"), id="flc_child")
    for days, ends in ((-10, -10), (10, 0)):
        until = child.terms.valid_until + timedelta(days=days)
        parent = replace(foreign(valid_until=until), id="flc_parent")
        under = under_parents([child, parent], {"lic_parent": "flc_parent"})[0]
        assert under.terms.valid_until == child.terms.valid_until + timedelta(days=ends)


@pytest.mark.parametrize("above", [LINKS_MAX, LINKS_MAX + 1])
def test_a_sublicence_stands_below_as_many_as_one_of_this_registry(above: int) -> None:
    chain = [
        replace(
            foreign(parent_licence_id=f"lic_{link + 1}" if link < above else None), id=f"{link}"
        )
        for link in range(above + 1)
    ]
    ids = {f"lic_{link}": f"{link}" for link in range(above + 1)}
    assert (under_parents(chain, ids)[0].revoked_at is None) == (above == LINKS_MAX)
