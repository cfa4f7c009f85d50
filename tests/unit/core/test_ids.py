import pytest

from core.ids import derived_id, is_id, new_id


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
