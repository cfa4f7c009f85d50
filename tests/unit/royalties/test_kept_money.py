"""What performers have in one balance of a society adds up to it, whatever moved it since."""

from hypothesis import given
from hypothesis import strategies as st

from royalties.store.keptmoney import fitted

AMOUNTS = st.integers(-(10**12), 10**12)
SHARES = st.dictionaries(st.tuples(st.sampled_from("abcd"), st.just("ten")), AMOUNTS, min_size=1)


@given(net=AMOUNTS, shares=SHARES)
def test_parts_add_up_to_the_balance(net: int, shares: dict[tuple[str, str], int]) -> None:
    found = fitted(net, shares)
    assert sum(found.values()) == net
    assert found.keys() <= shares.keys()


@given(shares=SHARES)
def test_an_untouched_balance_is_what_runs_kept(shares: dict[tuple[str, str], int]) -> None:
    kept = {who: share for who, share in shares.items() if share}
    assert fitted(sum(shares.values()), shares) == kept


def test_what_no_run_kept_in_a_currency_is_divided_evenly() -> None:
    assert fitted(5, {("a", "ten"): 0, ("b", "ten"): 0}) == {("a", "ten"): 3, ("b", "ten"): 2}
