import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id, derived_ids, is_id, new_id, part_id, part_ids


def test_an_id_is_recognised_by_its_own_prefix_only() -> None:
    made = new_id("job")
    assert is_id("job", made)
    assert not is_id("ten", made)
    assert len(made) == 30


def test_ids_do_not_repeat() -> None:
    assert len({new_id("job") for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text", ["", "job_", "job_" + "A" * 26, "job_" + "a" * 25, "job_" + "1" * 26]
)
def test_malformed_text_is_no_id(text: str) -> None:
    assert not is_id("job", text)


@pytest.mark.parametrize("prefix", ["", "jo", "JOB", "jobs", "j_b"])
def test_a_prefix_is_three_letters(prefix: str) -> None:
    with pytest.raises(ValueError, match="three lowercase letters"):
        new_id(prefix)


def test_a_derived_id_depends_on_every_fact_and_on_where_one_ends() -> None:
    assert derived_id("use", "a", "b") == derived_id("use", "a", "b")
    assert derived_id("use", "a", "b") != derived_id("use", "ab")
    assert derived_id("use", "a", "b") != derived_id("use", "b", "a")
    assert is_id("use", derived_id("use", "a"))


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_a_derived_id_is_base32_over_the_hash_of_its_facts_as_json(facts: list[str]) -> None:
    """However it is computed: ids that were given out must be found again."""
    text = json.dumps(["usg", *facts], ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    body = base64.b32encode(digest).decode("ascii").lower()[:26]
    assert derived_id("usg", *facts) == f"usg_{body}"


@pytest.mark.parametrize("odd", ["a1", "", 'say "no"', "ä", "two words"])
@pytest.mark.parametrize("count", [1, 1500])
def test_many_derived_ids_are_those_of_each_fact(count: int, odd: str) -> None:
    facts = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(count)] + [odd]
    assert derived_ids("usg", facts) == [derived_id("usg", fact) for fact in facts]


@pytest.mark.parametrize("count", [1, 1500])
def test_many_derived_ids_rest_on_every_column(count: int) -> None:
    names = [f"txn_{n}" for n in range(count)]
    places = [str(n % 2) for n in range(count)]
    rows = zip(names, places, strict=True)
    assert derived_ids("ent", names, places) == [derived_id("ent", *row) for row in rows]


def test_no_facts_have_no_ids() -> None:
    assert derived_ids("usg", []) == []


def test_parts_of_a_whole_have_ids_of_their_own() -> None:
    wholes = [derived_id("txn", str(number)) for number in range(3)]
    ids = [part_id("ent", whole, place) for whole in wholes for place in range(1030)]
    assert len(set(ids)) == len(ids)
    assert all(is_id("ent", one) for one in ids)
    assert ids == [part_id("ent", whole, place) for whole in wholes for place in range(1030)]


def test_parts_that_are_counted_at_once_have_ids_of_their_own_in_whatever_pages() -> None:
    wholes = [derived_id("run", str(number)) for number in range(3)]
    pages = (range(1030), range(1030, 2**20 - 1), range(2**20 - 1, 2**20 + 3))
    ids = [one for page in pages for one in part_ids("rln", wholes[0], page)]
    assert ids == part_ids("rln", wholes[0], range(2**20 + 3))
    others = {one for whole in wholes[1:] for one in part_ids("rln", whole, range(2000))}
    assert len({*ids, *others}) == len(ids) + 4000
    assert all(is_id("rln", one) for one in (*ids[:2000], *ids[-5:]))


def test_parts_beyond_what_six_letters_count_have_none() -> None:
    with pytest.raises(IndexError):
        part_ids("rln", derived_id("run", "1"), range(2**30, 2**30 + 1))
