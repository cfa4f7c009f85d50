"""Shares and roles as pure rules: which claim of a party counts, and which role in a cut."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.casting import Credit, roles_in
from royalties.outcomes import Outcome
from royalties.shares import ShareClaim, claimed, over_claimed, suspended
from royalties.tariffs.models import Role
from tests.unit.royalties.worlds import CUT, use

ANNA = use("a").performer_id
OTHER = derived_id("cut", "two")


def claim(
    party: str, share: str, *, cut: str = "", since: str = "2026-01", seq: int = 1, who: str = ANNA
) -> ShareClaim:
    return ShareClaim(party, who, cut, Fraction(share), since, seq)


def test_the_newest_claim_of_a_party_counts_and_the_very_cut_before_all() -> None:
    claims = [
        claim("gvl", "1/2"),
        claim("gvl", "3/4", seq=2),
        claim("gvl", "1/4", cut=OTHER, seq=1),
        claim("gvl", "1", since="2027-01", seq=3),
        claim("ppl", "1/2", seq=4),
        claim("ppl", "0", since="2026-06", seq=5),
        claim("sag", "1", seq=6, who=derived_id("prf", "b")),
    ]
    assert claimed(claims, ANNA, CUT, "2026-03") == {"gvl": Fraction(3, 4), "ppl": Fraction(1, 2)}
    assert claimed(claims, ANNA, OTHER, "2026-06") == {"gvl": Fraction(1, 4)}
    assert claimed(claims, ANNA, CUT, "2027-01") == {"gvl": Fraction(1)}
    assert over_claimed(claims, ANNA, CUT, "2026-03") == ("gvl", "ppl")
    assert over_claimed(claims, ANNA, CUT, "2025-12") == ()


def test_exactly_the_whole_is_no_over_claim() -> None:
    thirds = [claim(name, "1/3") for name in "abc"]
    assert over_claimed(thirds, ANNA, CUT, "2026-11") == ()
    assert over_claimed([*thirds, claim("d", "1/99999")], ANNA, CUT, "2026-11") == tuple("abcd")


def test_only_what_belongs_to_somebody_known_waits() -> None:
    claims = [claim("a", "1"), claim("b", "1/2")]
    waiting = suspended(use("a"), "2026-11", claims)
    assert (waiting.outcome, waiting.cause, waiting.parties) == (
        Outcome.SUSPENSE,
        "over-claimed",
        ("a", "b"),
    )
    assert waiting.licence_id == use("a").licence_id
    assert suspended(use("b"), "2026-11", claims) == use("b")


@given(st.permutations([claim("a", "1/2", seq=n, cut=c) for n in (1, 2) for c in ("", CUT)]))
def test_the_order_of_claims_changes_nothing(claims: list[ShareClaim]) -> None:
    assert claimed(claims, ANNA, CUT, "2026-11") == {"a": Fraction(1, 2)}


def test_the_role_named_nearest_to_the_cut_counts_and_may_be_taken_back() -> None:
    credits_ = [
        Credit("wrk", "a", Role.LEAD, 1),
        Credit("cut", "a", Role.BACKGROUND, 2),
        Credit("wrk", "b", Role.SUPPORT, 3),
        Credit("wrk", "b", Role.LEAD, 4),
        Credit("far", "c", Role.LEAD, 5),
    ]
    scopes = ["cut", "wrk", "top"]
    assert roles_in(credits_, scopes) == {"a": Role.BACKGROUND, "b": Role.LEAD}
    taken_back = [*credits_, Credit("cut", "a", None, 6)]
    assert roles_in(reversed(taken_back), scopes) == {"a": Role.LEAD, "b": Role.LEAD}
