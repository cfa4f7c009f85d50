"""How a licence stood on a day: each edge of a term, of what was known, and of a suspension."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from licensing.asof import AsOf, Standing, as_of
from licensing.models import Licence, LicenceState
from licensing.models_suspension import Suspension
from registry.models.works import KindOfUse
from tests.unit.licensing.examples import SIGNED_AT, STUDIO, licence, terms

K, S = KindOfUse, Standing
BOTH = (K.SYNTHESISE_VOICE, K.DUB)
SIGNED = Licence(
    id="lic_1",
    tenant_id=STUDIO,
    vc_id="urn:uuid:one",
    terms=terms(kinds=BOTH),
    tariff_id="tar_1",
    state=LicenceState.SIGNED,
    performer_did="did:key:z6MkExample",
    status_list=1,
    status_index=1,
    seq=5,
    recorded_at=SIGNED_AT,
)
REVOKED = replace(SIGNED, revoked_seq=9, revoked_at=datetime(2026, 6, 10, tzinfo=UTC))
STRIKE = Suspension(
    "sus_1",
    "grp_1",
    frozenset(),
    datetime(2026, 6, 10, tzinfo=UTC),
    1,
    datetime(2026, 6, 12, tzinfo=UTC),
    2,
    "A strike.",
)


def stood(on: str, one: Licence = SIGNED, *strikes: Suspension, seq: int = 9, **more: Any) -> AsOf:
    found = as_of(one, strikes, date.fromisoformat(on), seq, **more)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("on", "standing"),
    [
        ("2025-12-31", S.NOT_YET),
        ("2026-01-01", S.IN_FORCE),
        ("2026-12-31", S.IN_FORCE),
        ("2027-01-01", S.EXPIRED),
    ],
)
def test_a_term_counts_from_its_first_to_its_last_day(on: str, standing: Standing) -> None:
    assert stood(on).standing is standing


def test_nobody_knew_of_it_before_it_was_signed_nor_of_its_end_before_it_was_revoked() -> None:
    assert as_of(SIGNED, (), date(2026, 6, 1), 4) is None
    assert as_of(replace(SIGNED, seq=None), (), date(2026, 6, 1), 99) is None
    assert stood("2026-06-30", REVOKED, seq=5).standing is S.IN_FORCE
    assert stood("2026-06-30", REVOKED, seq=8).revoked_at is None
    assert stood("2026-06-30", REVOKED, seq=9).standing is S.REVOKED


def test_it_is_revoked_from_the_day_on_which_it_was() -> None:
    days = ("2026-06-09", "2026-06-10", "2027-06-01")
    assert [stood(on, REVOKED).standing for on in days] == [S.IN_FORCE, S.REVOKED, S.REVOKED]


def test_a_suspension_counts_on_every_day_that_it_touches() -> None:
    days = [stood(f"2026-06-{day:02}", SIGNED, STRIKE).standing for day in range(9, 13)]
    assert days == [S.IN_FORCE, S.SUSPENDED, S.SUSPENDED, S.IN_FORCE]
    lasting = replace(STRIKE, lifted_at=None, lifted_seq=None)
    assert stood("2026-12-31", SIGNED, lasting).standing is S.SUSPENDED
    assert stood("2027-01-01", SIGNED, lasting).standing is S.EXPIRED


def test_a_licence_stands_while_one_of_its_kinds_does() -> None:
    dubs = replace(STRIKE, kinds=frozenset({K.DUB, K.EDIT}))
    found = stood("2026-06-10", SIGNED, dubs)
    assert (found.standing, found.suspended) == (S.IN_FORCE, (K.DUB,))
    voices = replace(STRIKE, kinds=frozenset({K.SYNTHESISE_VOICE}))
    assert stood("2026-06-10", SIGNED, dubs, voices).standing is S.SUSPENDED


def test_notice_ends_it_before_its_term_and_revocation_counts_before_notice() -> None:
    ends = datetime(2026, 6, 11, tzinfo=UTC)
    ended = licence(kinds=BOTH, valid_until=ends)
    found = [stood(f"2026-06-{day:02}", SIGNED, ended=ended) for day in (10, 11)]
    assert [one.standing for one in found] == [S.IN_FORCE, S.TERMINATED]
    assert [one.ends_at for one in found] == [ends, ends]
    assert stood("2026-06-11", SIGNED, STRIKE, ended=ended).standing is S.TERMINATED
    assert stood("2027-01-01", SIGNED, ended=ended).standing is S.EXPIRED
    revoked = replace(ended, revoked_at=REVOKED.revoked_at)
    assert stood("2026-06-11", SIGNED, ended=revoked).standing is S.REVOKED
    whole = licence(kinds=BOTH)
    assert stood("2026-12-31", SIGNED, ended=whole).ends_at is None
