"""What is frozen does not move, and what is ruled moves every millionth of it and no other."""

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.accounts import Account, AccountKind
from royalties.complaints import divided, last_moment, moves
from royalties.ledger import net_by_currency
from royalties.models_complaints import Claimant, Ground, Ruled, Ruling, StandingClaim
from royalties.models_received import ReceivedClaim
from royalties.models_runs import BOOKED, Outcome
from royalties.rulingeffect import effect
from tests.unit.royalties.run_worlds import PERFORMERS, claim, claims
from tests.unit.royalties.test_distribution import planned, sound

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[3] / "docs" / "complaints.md"
PARTS = st.fractions(0, 1).filter(lambda one: one > 0)
SUBJECTS = {
    AccountKind.ACCRUED: "performer_id",
    AccountKind.HELD: "performer_id",
    AccountKind.UNIDENTIFIED: "cut_id",
    AccountKind.SUSPENSE: "cut_id",
}


def ruling(
    one: ReceivedClaim, number: int, ground: Ground, performer: str, part: Fraction
) -> Ruled:
    to = Claimant(*(derived_id(kind, performer) for kind in ("prf", "ten", "pay")))
    at = AT + timedelta(days=number)
    return Ruled(f"cpl_{number}", one.live_key, ground, to, part, at)


@st.composite
def rulings(draw: st.DrawFn) -> tuple[ReceivedClaim, list[Ruled]]:
    """A claim with up to three rulings, of which the newest of each ground counts."""
    one = draw(claims())[0]
    found = [
        ruling(
            one,
            number,
            draw(st.sampled_from([Ground.MINE, Ground.OVER_CLAIM])),
            draw(st.sampled_from([name for name in PERFORMERS if _other(one, name)])),
            draw(PARTS),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return one, found


def _other(one: ReceivedClaim, performer: str) -> bool:
    return derived_id("prf", performer) != one.performer_id


@given(rulings())
def test_a_ruling_divides_a_claim_and_loses_nothing(
    world: tuple[ReceivedClaim, list[Ruled]],
) -> None:
    one, ruled = world
    parts = divided(one, ruled)
    assert sum(part.claimed_micro for part in parts) == one.claimed_micro
    assert sum(part.received_micro for part in parts) == one.received_micro
    assert all(0 <= part.received_micro <= part.claimed_micro for part in parts)
    assert len({part.live_key for part in parts}) == len(parts)


@given(rulings())
def test_the_books_say_what_the_division_says(world: tuple[ReceivedClaim, list[Ruled]]) -> None:
    one, ruled = world
    booked = StandingClaim(
        book="ten_book",
        transaction_id=one.transaction_id,
        live_key=one.live_key,
        cut_id=one.cut_id,
        performer_id=one.performer_id,
        performer_tenant_id=one.performer_tenant_id,
        licensee_id=one.licensee_id,
        account=Account(one.account, getattr(one, SUBJECTS[one.account])),
        earned_period=one.earned_period,
        currency=one.currency,
        amount_micro=one.claimed_micro,
        reversed=False,
    )
    sums: defaultdict[str, int] = defaultdict(int, {str(booked.account): -one.claimed_micro})
    for move in moves(booked, ruled):
        assert not any(net_by_currency(move.postings).values())
        for posting in move.postings:
            sums[posting.account] += posting.amount_micro
    said: defaultdict[str, int] = defaultdict(int)
    for part in divided(one, ruled):
        subject = getattr(part, SUBJECTS[part.account])
        said[str(Account(part.account, subject))] -= part.claimed_micro
    assert {name: n for name, n in sums.items() if n} == {name: n for name, n in said.items() if n}


@given(claims(), st.randoms(use_true_random=False))
def test_a_frozen_line_moves_no_money_and_the_rest_goes_on(
    seen: list[ReceivedClaim], luck: object
) -> None:
    chosen = {one.live_key for one in seen if luck.random() < 0.5}  # type: ignore[attr-defined]
    plan = planned(seen, frozen=lambda one: "disputed:x" if one.live_key in chosen else "")
    sound(plan)
    for line in plan.lines:
        if line.live_key in chosen:
            assert line.outcome not in BOOKED
            assert (line.received_micro, line.drawn_micro, line.parts.whole_micro) == (0, 0, 0)
    free = planned([one for one in seen if one.live_key not in chosen])
    assert [line for line in plan.lines if line.live_key not in chosen] == list(free.lines)
    due = sum(
        one.received_micro
        for one in seen
        if one.live_key in chosen and one.account is AccountKind.ACCRUED
    )
    frozen = [line.stays_micro for line in plan.lines if line.outcome is Outcome.FROZEN]
    assert sum(frozen) == due


def _rows() -> list[list[str]]:
    found = re.findall(r"^\| ([\d/]+(?: \| [\d/]+){6}) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [row.split(" | ") for row in found]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[2])
def test_the_table_of_the_page_is_computed(row: list[str]) -> None:
    claimed, received, part, *told = row
    one = claim("a", int(received), claimed=int(claimed))
    rest, given_ = divided(one, [ruling(one, 0, Ground.MINE, "bert", Fraction(part))])
    assert [int(text) for text in told] == [
        given_.claimed_micro,
        given_.received_micro,
        rest.claimed_micro,
        rest.received_micro,
    ]


def test_the_page_has_a_table() -> None:
    assert len(_rows()) == 4


def test_the_window_begins_when_something_was_handed_on() -> None:
    assert last_moment(None) is None
    assert last_moment(AT) == AT + timedelta(days=42)
    assert claim("a")._replace(ruled=True) in divided(
        claim("a")._replace(account=AccountKind.SUSPENSE),
        [ruling(claim("a"), 0, Ground.OVER_CLAIM, "anna", Fraction(1))],
    )


@given(rulings(), PARTS)
def test_an_effect_is_the_difference_that_one_more_ruling_makes(
    world: tuple[ReceivedClaim, list[Ruled]], part: Fraction
) -> None:
    """Nothing comes from nowhere: what accounts gain and lose is one sum."""
    one, ruled = world
    kind = one.account
    account = Account(kind, getattr(one, SUBJECTS[kind]))
    booked = StandingClaim(
        book="ten_book",
        transaction_id=one.transaction_id,
        live_key=one.live_key,
        cut_id=one.cut_id,
        performer_id=one.performer_id,
        performer_tenant_id=one.performer_tenant_id,
        licensee_id=derived_id("ten", "studio"),
        account=account,
        earned_period=one.earned_period,
        currency=one.currency,
        amount_micro=one.claimed_micro,
        reversed=False,
    )
    taker = next(name for name in PERFORMERS if _other(one, name))
    wanted = {one.live_key: ruling(one, 9, Ground.MINE, taker, part)}
    found = effect([booked], {one.live_key: ruled}, Ground.MINE, Ruling.SHARED, wanted)
    assert sum(change.amount_micro for change in found) == 0
    again = {one.live_key: [*ruled, wanted[one.live_key]]}
    assert effect([booked], again, Ground.MINE, Ruling.SHARED, wanted) == ()
    said: defaultdict[str, int] = defaultdict(int, {f"receivable:{booked.licensee_id}": 0})
    for given_ in divided(one, ruled):
        said[str(Account(given_.account, getattr(given_, SUBJECTS[given_.account])))] -= (
            given_.claimed_micro
        )
        said[f"receivable:{booked.licensee_id}"] += given_.claimed_micro
    void = effect([booked], {one.live_key: ruled}, Ground.NOT_ME, Ruling.UPHELD, wanted)
    assert {str(change.account): change.amount_micro for change in void} == {
        name: amount for name, amount in said.items() if amount
    }
    assert effect([booked], {}, Ground.WRONG_FIGURE, Ruling.UPHELD, wanted) == ()
    assert effect([booked], {}, Ground.MINE, Ruling.REJECTED, wanted) == ()
