"""Who is a minor, from when the child is asked, and who must sign: dated rules."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from registry import minority
from registry.models.guardianship import Guardian, Minority, Relation

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def guardian(name: str, since: datetime, until: datetime | None = None) -> Guardian:
    return Guardian(
        name, "ten", "prf", b"", f"did:{name}", Relation.PARENT, None, since, until, NOW
    )


def test_whoever_is_born_on_the_last_of_february_is_of_age_on_the_first_of_march() -> None:
    assert minority.adult_on(date(2008, 2, 29)) == date(2026, 3, 1)
    assert minority.adult_on(date(2008, 2, 28)) == date(2026, 2, 28)


@given(born=st.dates(date(2009, 1, 1), date(2026, 5, 31)))
def test_a_minority_ends_with_the_first_instant_of_the_eighteenth_birthday(born: date) -> None:
    known = minority.minority_of(born, agrees_from_years=14, at=NOW)
    end = minority.midnight(minority.adult_on(born))
    assert minority.is_minor(known, end - timedelta(microseconds=1))
    assert not minority.is_minor(known, end)
    assert minority.child_agrees(known, end)


@given(born=st.dates(date(1990, 1, 1), date(2012, 12, 31)), days=st.integers(0, 9000))
def test_those_born_by_a_day_are_just_those_who_are_of_age(born: date, days: int) -> None:
    at = NOW + timedelta(days=days - 4000)
    assert (born <= minority.born_by(at)) == (at >= minority.midnight(minority.adult_on(born)))


def test_a_childs_consent_ends_soon_and_never_after_the_eighteenth_birthday() -> None:
    child = Minority(date(2010, 1, 1), date(2024, 1, 1))
    ends = minority.midnight(date(2028, 1, 1))
    assert minority.consent_ends(child, None, days_max=9999, at=NOW) == ends
    assert minority.consent_ends(child, None, days_max=7, at=NOW) == NOW + timedelta(days=7)
    assert minority.consent_ends(child, NOW, days_max=7, at=NOW) == NOW
    assert minority.consent_ends(None, None, days_max=7, at=NOW) is None
    assert minority.consent_ends(child, None, days_max=7, at=ends) is None


@pytest.mark.parametrize("born", [date(2026, 6, 2), date(1700, 1, 1), date(2008, 6, 1)])
def test_no_birth_date_is_kept_of_adults_or_of_nobody(born: date) -> None:
    with pytest.raises(BadInput):
        minority.minority_of(born, agrees_from_years=14, at=NOW)


def test_all_who_have_custody_now_must_sign_and_nobody_signs_for_adults() -> None:
    child = Minority(date(2016, 1, 1), date(2030, 1, 1))
    both = [guardian("a", NOW), guardian("b", NOW - timedelta(days=1))]
    gone = guardian("c", NOW - timedelta(days=9), NOW)
    coming = guardian("d", NOW + timedelta(seconds=1))
    found = minority.due([*both, gone, coming], child, NOW)
    assert [item.id for item in found] == ["a", "b"]
    assert minority.due(both, None, NOW) == ()
    assert minority.due(both, child, minority.midnight(date(2034, 1, 1))) == ()
