"""When a suspension stands in the way, told against a naive clock and order of events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from licensing.models_suspension import Basis, Membership, Suspension
from licensing.suspension import as_known, check_since, check_text, in_the_way, reaching
from licensing.wording import render
from registry.models.works import KindOfUse

T0 = datetime(2027, 1, 1, tzinfo=UTC)
CLONE, TRAIN = KindOfUse.SYNTHESISE_VOICE, KindOfUse.TRAIN_MODEL
hours = st.integers(0, 12)
seqs = st.integers(1, 12)


def at(hour: int) -> datetime:
    return T0 + timedelta(hours=hour)


def suspension(since: int = 2, lifted: int | None = None, **more: object) -> Suspension:
    plain = Suspension(
        id="sus_1",
        group_id="grp_1",
        kinds=frozenset(),
        since=at(since),
        since_seq=since,
        lifted_at=None if lifted is None else at(lifted),
        lifted_seq=lifted,
        clause="A strike.",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def member(joined: int = 0, left: int | None = None) -> Membership:
    return Membership(
        id="mbr_1",
        tenant_id="ten_1",
        group_id="grp_1",
        performer_id="prf_1",
        basis=Basis.SIGNED,
        mandate_ref="",
        document=b"",
        recorded_at=at(joined),
        joined_at=at(joined),
        joined_seq=joined,
        left_at=None if left is None else at(left),
        left_seq=left,
    )


@given(
    since=hours,
    lasting=st.none() | st.integers(1, 12),
    joined=hours,
    staying=st.none() | st.integers(1, 12),
    known=seqs,
    moment=hours,
)
def test_a_member_is_reached_exactly_while_both_are_known_to_hold(
    since: int, lasting: int | None, joined: int, staying: int | None, known: int, moment: int
) -> None:
    """Events are numbered by their hour, so what is known at hour n is what happened by it."""
    lifted = None if lasting is None else since + lasting
    left = None if staying is None else joined + staying
    part = reaching(suspension(since, lifted), member(joined, left), known)
    begun = since <= known and joined <= known
    over = (lifted is not None and lifted <= known and lifted <= moment) or (
        left is not None and left <= known and left <= moment
    )
    expected = begun and since <= moment and joined <= moment and not over
    found = () if part is None else in_the_way([part], CLONE, at(moment), at(moment + 1))
    ends_within = part is not None and part.lifted_at == at(moment)
    assert bool(found) is expected, (part, ends_within)


def test_a_lift_counts_from_its_number_on_and_not_before() -> None:
    item = suspension(2, 5)
    assert as_known(item, 1) is None
    before = as_known(item, 4)
    assert before is not None and before.lifted_at is None
    assert as_known(item, 5) == item


def test_only_the_kinds_that_are_named_are_suspended() -> None:
    named = suspension(kinds=frozenset({CLONE}))
    assert in_the_way([named], CLONE, at(3), at(4))
    assert not in_the_way([named], TRAIN, at(3), at(4))
    assert in_the_way([suspension()], TRAIN, at(3), at(4))


def test_a_release_day_that_a_suspension_touches_is_in_its_way() -> None:
    item = suspension(2, 5)
    assert not in_the_way([item], CLONE, at(0), at(2))
    assert in_the_way([item], CLONE, at(0), at(3))
    assert in_the_way([item], CLONE, at(4), at(9))
    assert not in_the_way([item], CLONE, at(5), at(9))


def test_a_suspension_that_was_lifted_before_it_began_is_in_nobodys_way() -> None:
    item = suspension(6, lifted_at=at(3), lifted_seq=7)
    assert reaching(item, member(), 9) is None
    assert not in_the_way([item], CLONE, at(0), at(9))


@pytest.mark.parametrize(("lang", "word"), [("en", "suspended"), ("de", "ausgesetzt")])
def test_the_reason_is_told_with_its_clause(lang: str, word: str) -> None:
    (reason,) = in_the_way([suspension()], CLONE, at(3), at(4))
    told = render(reason, lang)
    assert word in told and "A strike." in told and CLONE.value not in told


def test_the_past_cannot_be_suspended() -> None:
    assert check_since(None, T0) == T0
    assert check_since(at(1), T0) == at(1)
    with pytest.raises(BadInput):
        check_since(T0 - timedelta(microseconds=1), T0)


@pytest.mark.parametrize("text", ["", "   ", "x" * 11, "two\x00", "\u202eelbat"])
def test_texts_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        check_text(text, "name", 10)


def test_blanks_are_made_one() -> None:
    assert check_text("  a \n b ", "name", 10) == "a b"
