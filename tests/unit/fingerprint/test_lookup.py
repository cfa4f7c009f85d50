"""The look-up of an index agrees with a dictionary, whatever the ids look like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict
from fingerprint.index.lookup import Lookup
from fingerprint.index.protocol import NO_ID, Ids


def ids(*values: int) -> Ids:
    return np.array(values, np.int64)


@given(st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**63 - 1)), unique=True))
def test_agrees_with_a_dictionary(keys: list[int]) -> None:
    tested, model = Lookup(), {}
    for place, key in enumerate(keys):
        tested.add(ids(key), ids(place))
        model[key] = place
    gone = keys[::3]
    tested.remove(ids(*gone))
    wanted = ids(*keys, 0, 301, 2**62)
    expected = [NO_ID if key in gone else model.get(key, NO_ID) for key in wanted.tolist()]
    assert tested.places(wanted).tolist() == expected
    assert len(tested) == len(keys) - len(gone)


def test_a_refused_batch_changes_nothing() -> None:
    tested = Lookup()
    tested.add(ids(4), ids(0))
    for twice in (ids(9, 4), ids(9, 9)):
        with pytest.raises(Conflict):
            tested.add(twice, ids(1, 2))
    assert len(tested) == 1
    assert tested.places(ids(9, 4)).tolist() == [NO_ID, 0]


def test_an_id_that_moved_is_found_at_its_new_place() -> None:
    tested = Lookup()
    tested.add(ids(1, 10**15), ids(0, 1))
    tested.move(ids(1, 10**15), ids(5, 6))
    assert tested.places(ids(10**15, 1)).tolist() == [6, 5]
