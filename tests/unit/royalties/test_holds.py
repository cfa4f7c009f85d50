"""Money is held while a proof, a dispute, a childhood or an estate is open, and free after it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from registry.models.estates import Estate, EstateState
from registry.models.people import Enrolment, EnrolmentState, Performer
from royalties.holds import holds, of_guardians

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ADA = Performer("prf_a", "ten_a", "Ada", "Ada", "pay_a", NOW)
NOTICE = Enrolment(
    "enr_a",
    "ten_a",
    "prf_a",
    EnrolmentState.NOTICE,
    (),
    (),
    None,
    b"",
    NOW,
    NOW,
    None,
    notice_until=NOW + timedelta(days=14),
)
ACTIVE = replace(NOTICE, state=EnrolmentState.ACTIVE, activated_at=NOW)
CLAIM = Estate(
    "est_a", "ten_a", "prf_a", date(2026, 1, 1), EstateState.CLAIMED, "", "", (), (), False, NOW
)


def codes(
    *items: Enrolment, performer: Performer = ADA, estate: Estate | None = None, at: datetime = NOW
) -> list[str]:
    return [one.code for one in holds(performer, items, [estate] if estate else [], at)]


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ((), []),
        ((ACTIVE,), []),
        ((NOTICE,), ["held-notice"]),
        ((ACTIVE, NOTICE), []),
        ((replace(ACTIVE, state=EnrolmentState.DISPUTED),), ["held-disputed"]),
        ((replace(NOTICE, state=EnrolmentState.DISPUTED),), ["held-notice"]),
        ((replace(NOTICE, state=EnrolmentState.WITHDRAWN),), []),
    ],
)
def test_what_is_not_proved_or_is_disputed_is_not_paid(
    items: tuple[Enrolment, ...], wanted: list[str]
) -> None:
    assert codes(*items) == wanted


def test_a_notice_holds_until_the_last_of_those_that_run() -> None:
    later = replace(NOTICE, id="enr_b", notice_until=NOW + timedelta(days=20))
    unknown = replace(NOTICE, id="enr_c", notice_until=None)
    (found,) = holds(ADA, [later, NOTICE, unknown], [], NOW)
    assert found.detail == {"until": "2027-01-21T00:00:00Z"}
    (found,) = holds(ADA, [unknown], [], NOW)
    assert found.detail == {"until": ""}


def test_a_childs_money_is_free_on_the_eighteenth_birthday() -> None:
    child = replace(ADA, born_on=date(2010, 1, 1), agrees_on=date(2024, 1, 1))
    assert codes(ACTIVE, performer=child) == ["held-minor"]
    assert codes(ACTIVE, performer=child, at=datetime(2028, 1, 1, tzinfo=UTC)) == []


def test_a_claim_about_an_estate_holds_until_it_is_decided() -> None:
    assert codes(ACTIVE, estate=CLAIM) == ["held-estate"]
    assert codes(ACTIVE, estate=replace(CLAIM, state=EstateState.CONFIRMED)) == []


def test_an_account_that_was_set_for_a_child_is_not_paid_once_it_is_of_age() -> None:
    child = replace(ADA, born_on=date(2009, 1, 1), agrees_on=date(2023, 1, 1))
    early = NOW - timedelta(days=1)
    assert [one.code for one in of_guardians(child, early, NOW)] == ["held-guardians-account"]
    assert of_guardians(child, early, early) == ()
    assert of_guardians(child, NOW, NOW + timedelta(days=9)) == ()
    assert of_guardians(child, None, NOW) == of_guardians(ADA, early, NOW) == ()
