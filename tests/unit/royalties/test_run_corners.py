"""Corners of distribution runs that random books led to, each by its own small example."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.accounts import AccountKind
from royalties.claimnames import in_currency, named
from royalties.models_runs import Before, Outcome, Parts, RunKind
from royalties.releasing import Balance, passed, released
from tests.unit.royalties.run_worlds import FIRST_RUN, Memory, claim, desk
from tests.unit.royalties.test_distribution import planned, sound

RESERVE = f"reserve:{FIRST_RUN}"


def test_what_is_taken_back_leaves_the_reserve_at_nothing_and_not_below() -> None:
    memory = Memory(list(planned([claim("a", 70_000)]).lines))
    assert memory.reserve("EUR") == 3_500
    unpaid = claim("a", 0, claimed=70_000)
    found = planned([unpaid], memory, RunKind.FOLLOW_UP)
    sound(found)
    assert {one.outcome for one in found.lines} == {Outcome.PAYABLE}
    memory.lines += found.lines
    assert memory.reserve("EUR") == 0


def test_an_heir_with_money_of_their_own_gets_one_release() -> None:
    dead, heir, other = (derived_id("pay", name) for name in ("dora", "heir", "other"))
    kept = [
        Balance(derived_id("prf", "dora"), derived_id("ten", "dora"), name, "EUR", micro)
        for name, micro in ((dead, 600), (heir, 400))
    ]
    heirs = {dead: {heir: Fraction(1, 3), other: Fraction(2, 3)}}
    found = released(RESERVE, {"EUR": 1_000}, kept, desk(RunKind.FINAL, heirs=heirs))
    got = {one.payee_id: one.parts.whole_micro for one in found}
    assert (len(found), got) == (2, {heir: 600, other: 400})


def test_a_reserve_with_nothing_in_it_or_kept_of_nobody_is_released_to_nobody() -> None:
    kept = Balance(derived_id("prf", "a"), derived_id("ten", "a"), "pay_a", "EUR", 1)
    final = desk(RunKind.FINAL)
    for micro in (0, -1):
        assert released(RESERVE, {"EUR": micro}, [kept], final) == []
    assert released(RESERVE, {"EUR": 1_000}, [replace(kept, amount_micro=0)], final) == []
    (found,) = released(RESERVE, {"EUR": 1}, [kept], final)
    assert found.parts.whole_micro == 1


@given(micro=st.integers(-(10**12), 10**12), thirds=st.integers(1, 2))
def test_money_and_debts_of_the_dead_go_to_the_heirs_whole(micro: int, thirds: int) -> None:
    dead, heir, other = (derived_id("pay", name) for name in ("dora", "heir", "other"))
    left = Balance(derived_id("prf", "dora"), derived_id("ten", "dora"), dead, "EUR", micro)
    share = Fraction(thirds, 3)
    some = {dead: {heir: share, other: 1 - share}}
    found = passed([left], desk(heirs=some))
    assert sum(one.parts.net_micro for one in found) == micro
    assert all(one.parts.net_micro * micro > 0 for one in found)
    assert passed([left], desk(heirs=some, holds={other: "tax-status-missing"})) == []


def test_a_claim_whose_currency_changed_has_a_name_of_its_own() -> None:
    dollars = claim("a", currency="USD")
    euros = Before(dollars.payee_id, 5, 0, Parts(), currency="EUR")
    assert in_currency(dollars, [euros]).live_key == f"{dollars.live_key}/USD"
    assert in_currency(dollars, ()) is dollars
    assert in_currency(claim("a"), [euros]).live_key == dollars.live_key


def test_what_is_kept_is_known_by_its_account_too() -> None:
    kept = claim("a", account=AccountKind.HELD)
    assert named(kept).live_key == f"{kept.live_key}/held"
    assert named(claim("a")) == claim("a")
