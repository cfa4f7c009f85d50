"""The right after a death: ten years, five more with each renewal in time, seventy at most."""

from datetime import UTC, date, datetime

import pytest

from core.canonical import parse_strict
from core.errors import BadProof, BadTerms
from core.ids import derived_id
from core.keys import generate, sign
from licensing.publicuse import (
    EVIDENCE_BYTES_MAX,
    PublicUse,
    check_evidence,
    check_use,
    due_reminder,
    require_key,
    right_after,
    signed_use,
    use_document,
    use_facts,
    use_request,
)

HEIRS, STRANGER = generate(), generate()
NOW = datetime(2034, 6, 1, tzinfo=UTC)
DIED = date(2025, 3, 1)
USE = PublicUse(
    derived_id("pus", "a"),
    derived_id("prf", "anna"),
    HEIRS.did,
    date(2034, 5, 1),
    "Cinema",
    "a" * 64,
    NOW,
)


@pytest.mark.parametrize(
    ("uses", "ends"),
    [
        ((), date(2035, 3, 1)),
        ((date(2033, 2, 28),), date(2035, 3, 1)),
        ((date(2033, 3, 1),), date(2040, 3, 1)),
        ((date(2034, 5, 1), date(2039, 5, 1)), date(2045, 3, 1)),
        ((date(2034, 5, 1), date(2044, 5, 1)), date(2040, 3, 1)),
        (tuple(date(year, 2, 1) for year in range(2030, 2100)), date(2095, 3, 1)),
    ],
)
def test_each_renewal_needs_a_use_shortly_before_the_end(
    uses: tuple[date, ...], ends: date
) -> None:
    right = right_after(DIED, uses)
    assert right.ends_on == ends
    assert right.renewed_from == date(ends.year - 2, 3, 1)
    assert right.cap_on == date(2095, 3, 1)


def test_the_statement_says_all_of_it_and_is_signed_by_the_estate() -> None:
    signed = signed_use(USE, sign(HEIRS, use_request(USE).signing_input))
    assert use_facts(parse_strict(signed)) == USE
    with pytest.raises(BadProof):
        signed_use(USE, sign(STRANGER, use_request(USE).signing_input))
    with pytest.raises(BadProof):
        require_key(USE, (STRANGER.did,))
    with pytest.raises(BadTerms):
        use_facts({**use_document(USE), "paid": "yes"})


@pytest.mark.parametrize(
    ("died", "known", "today"),
    [
        (None, (), NOW.date()),
        (date(2034, 5, 2), (), NOW.date()),
        (DIED, (USE.used_on,), NOW.date()),
        (DIED, (), date(2034, 4, 30)),
    ],
)
def test_what_is_no_new_use_after_the_death_is_refused(
    died: date | None, known: tuple[date, ...], today: date
) -> None:
    with pytest.raises(BadTerms):
        check_use(USE, died, known, today)


def test_a_use_that_is_one_is_taken() -> None:
    check_use(USE, DIED, (), NOW.date())


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2034, 9, 1), None),
        (date(2034, 9, 2), 180),
        (date(2034, 11, 30), 180),
        (date(2034, 12, 1), 90),
        (date(2035, 1, 30), 30),
        (date(2035, 2, 28), 30),
        (date(2035, 3, 1), None),
    ],
)
def test_an_estate_is_reminded_180_90_and_30_days_before_the_end(
    today: date, days: int | None
) -> None:
    assert due_reminder(right_after(DIED, ()), today) == days


def test_only_the_file_that_was_signed_for_is_kept_and_none_too_large() -> None:
    check_evidence(USE, "a" * 64, EVIDENCE_BYTES_MAX)
    for sha256, size in (("b" * 64, 1), ("a" * 64, EVIDENCE_BYTES_MAX + 1)):
        with pytest.raises(BadTerms):
            check_evidence(USE, sha256, size)
