"""Who is out from the day on which somebody came of age."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from registry.grownup import Asking, is_out
from registry.models.guardianship import Guardian, Minority, Relation

BORN = Minority(date(2008, 5, 4), date(2022, 5, 4))
OF_AGE = datetime(2026, 5, 4, tzinfo=UTC)
BEFORE = OF_AGE - timedelta(days=900)
PARENT = Guardian(
    id="gua_a",
    tenant_id="ten_a",
    performer_id="prf_a",
    sealed_name=b"",
    did="did:key:a",
    relation=Relation.PARENT,
    person="per_a",
    since=BEFORE,
    until=None,
    recorded_at=BEFORE,
)
NOBODY = Asking(frozenset(), frozenset(), frozenset(), BEFORE, of_family=False)
NAMED = replace(NOBODY, people=frozenset({"per_a"}), roles=frozenset({"guardian", "admin"}))


def test_a_named_guardian_is_out_from_the_first_instant_of_the_birthday() -> None:
    assert not is_out(NAMED, [PARENT], BORN, OF_AGE - timedelta(milliseconds=1))
    assert is_out(NAMED, [PARENT], BORN, OF_AGE)


def test_the_end_of_a_guardianship_lets_nobody_in_again() -> None:
    assert is_out(NAMED, [replace(PARENT, until=BEFORE)], BORN, OF_AGE)


def test_a_guardian_is_known_by_the_key_that_the_account_signs_with() -> None:
    unnamed = replace(NOBODY, dids=frozenset({"did:key:a"}), roles=frozenset({"performer"}))
    assert is_out(unnamed, [replace(PARENT, person=None)], BORN, OF_AGE)


@pytest.mark.parametrize(
    ("roles", "of_family", "out"),
    [
        ({"guardian"}, False, True),
        ({"guardian", "admin"}, False, False),
        ({"admin"}, False, False),
        ({"admin"}, True, True),
        ({"auditor"}, True, True),
        (set(), True, True),
        (set(), False, False),
        ({"performer"}, True, False),
        ({"performer", "admin"}, True, False),
    ],
)
def test_who_was_never_named_is_out_by_what_he_is(
    roles: set[str], of_family: bool, out: bool
) -> None:
    who = replace(NOBODY, roles=frozenset(roles), of_family=of_family)
    assert is_out(who, [PARENT], BORN, OF_AGE) is out


def test_who_comes_into_a_family_after_that_day_was_let_in_by_the_grown_up() -> None:
    late = replace(NOBODY, roles=frozenset({"admin"}), since=OF_AGE, of_family=True)
    assert not is_out(late, [PARENT], BORN, OF_AGE + timedelta(days=1))
