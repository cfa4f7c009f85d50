import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import INTEGER_MAX, as_it_stands, canonical, parse_strict
from core.errors import BadInput

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | TEXT
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=5)


@given(OBJECTS)
def test_a_value_survives_its_canonical_bytes(value: dict[str, Any]) -> None:
    assert parse_strict(canonical(value)) == value


@given(OBJECTS)
def test_equal_values_have_equal_bytes(value: dict[str, Any]) -> None:
    shuffled = dict(reversed(list(value.items())))
    spaced = json.dumps(shuffled, indent=3, ensure_ascii=True).encode()
    assert canonical(parse_strict(spaced)) == canonical(value)


@given(VALUES)
def test_the_bytes_are_those_of_the_reference(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(TEXT, LEAVES | st.lists(LEAVES | st.lists(LEAVES)), max_size=5))
def test_an_object_in_order_has_the_canonical_bytes_as_it_stands(value: dict[str, Any]) -> None:
    in_order = json.loads(canonical(value))
    assert as_it_stands(in_order) == canonical(value)


def test_keys_are_sorted_by_utf_16_units() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        1.0,
        INTEGER_MAX + 1,
        -INTEGER_MAX - 1,
        {1: "a"},
        b"bytes",
        {"a": {1, 2}},
        "\ud800",
        {"\ud800": 1},
    ],
)
def test_what_has_no_single_form_is_refused(value: Any) -> None:
    with pytest.raises(BadInput):
        canonical({"value": value} if not isinstance(value, dict) else value)


def test_deep_nesting_is_refused_both_ways() -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    with pytest.raises(BadInput):
        canonical({"a": value})
    for depth in (40, 2000, 100_000):
        with pytest.raises(BadInput):
            parse_strict(b'{"a":' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":1} x',
        b"[1]",
        b"1",
        b"",
        b'{"a":' + b"1" * 5000 + b"}",
        b"{'a':1}",
    ],
)
def test_lenient_json_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        parse_strict(data)
    assert caught.value.code == "bad-json"


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused_in_our_words(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        assert isinstance(parse_strict(data), dict)


def test_a_document_may_not_be_larger_than_said() -> None:
    data = b'{"a":"' + b"x" * 100 + b'"}'
    assert parse_strict(data, bytes_max=len(data))["a"] == "x" * 100
    with pytest.raises(BadInput):
        parse_strict(data, bytes_max=len(data) - 1)


@pytest.mark.parametrize("name", ["arrays", "french", "unicode", "weird"])
def test_the_published_jcs_vectors(name: str, vectors_dir: Path) -> None:
    # structures.json and values.json hold floats, which have no place in signed documents here.
    value = json.loads((vectors_dir / "jcs" / "input" / f"{name}.json").read_bytes())
    assert canonical(value) == (vectors_dir / "jcs" / "output" / f"{name}.json").read_bytes()
