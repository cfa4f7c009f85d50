"""A typed tariff: faults stand on their lines, sound ones come to round figures in plain words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import tariffwords
from api.web.texts import LANGUAGES
from royalties.tariffs.documents import tariff_to_dict
from royalties.tariffs.examples import examples
from royalties.tariffs.models import Kind, Tariff
from royalties.tariffs.proofreading import places, proofread
from royalties.tariffs.shelf import on_shelf, shipped

EVERY = pytest.mark.parametrize("tariff", shipped(), ids=lambda one: one.id)


def text(tariff: Tariff) -> str:
    return json.dumps(tariff_to_dict(tariff), indent=2)


@EVERY
def test_what_is_sound_is_the_tariff_itself(tariff: Tariff) -> None:
    assert proofread(text(tariff)) == (tariff, ())


def test_each_fault_stands_on_its_line() -> None:
    graded = on_shelf("graded-share")
    assert graded is not None
    typed = text(graded).replace('"1/4"', '"5/4"').replace('"EUR"', '"euro"')
    tariff, faults = proofread(typed)
    assert tariff is None
    lines = typed.splitlines()
    assert {one.path: lines[one.line - 1].strip() for one in faults} == {
        "currency": '"currency": "euro",',
        "params.steps.1.share": '"share": "5/4"',
    }
    assert [one.line for one in faults] == sorted(one.line for one in faults)


def test_what_is_missing_stands_on_the_line_of_what_lacks_it() -> None:
    (fault,) = proofread(text(shipped()[0]).replace('"currency": "EUR",', ""))[1]
    assert (fault.line, fault.path) == (1, "currency")


@pytest.mark.parametrize(("typed", "line"), [('{\n "id": ,\n}', 2), ("", 1), ("[1, 2]", 1)])
def test_what_is_no_document_says_where(typed: str, line: int) -> None:
    tariff, faults = proofread(typed)
    assert tariff is None
    assert [one.line for one in faults] == [line]


values = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1).filter(lambda key: "." not in key), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(values)
def test_every_field_of_any_text_has_its_line(data: Any) -> None:
    typed = json.dumps(data, indent=1)
    lines, found = typed.splitlines(), places(typed)
    for path, at in found.items():
        name = path.rpartition(".")[2]
        if path and not name.isdigit():
            assert json.dumps(name) in lines[at - 1]
    assert found[""] == 1


@EVERY
def test_every_tariff_is_told_in_words_and_round_figures(tariff: Tariff) -> None:
    worked = examples(tariff)
    assert worked
    assert all(one.amount_micro >= 0 for one in worked)
    for lang in LANGUAGES:
        said = [
            *tariffwords.sentences(tariff, lang),
            *(part for one in worked for part in tariffwords.shown_example(tariff, one, lang)),
        ]
        assert not [one for one in said if "tariffwords." in one or "?" in one]


def test_round_figures_are_what_the_documentation_works_out() -> None:
    graded = on_shelf("graded-share")
    assert graded is not None
    assert graded.kind is Kind.REVENUE_SHARE
    found = {one.figures["income_micro"]: one.amount_micro for one in examples(graded)}
    # 30 % up to 10,000, 25 % of what is above it.
    assert found[10_000_000_000] == 3_000_000_000
    assert found[100_000_000_000] == 25_500_000_000
