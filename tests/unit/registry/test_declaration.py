"""A declaration is read strictly, and its parts come back as they were written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.ids import new_id
from fingerprint.models import Modality
from registry.declaration import from_dict, from_toml, to_dict
from registry.models.works import ANYWHERE, Declaration, DeclaredUse, KindOfUse, Medium
from registry.territories import ALPHA_2
from registry.usekinds import MODALITIES

PERFORMER = new_id("prf")
TOML = f"""
release_at = 2027-01-31
territories = ["DE", "AT"]
medium = "series"
language = "de"
ai_labelled = true

[[uses]]
performer_id = "{PERFORMER}"
kind = "synthesise_voice"

[[uses]]
performer_id = "{PERFORMER}"
kind = "own_performance"
modality = "face"
engagement_ref = "contract 12"
"""


@st.composite
def declared(draw: st.DrawFn) -> DeclaredUse:
    kind = draw(st.sampled_from(KindOfUse))
    return DeclaredUse(
        performer_id=new_id("prf"),
        kind=kind,
        modality=draw(st.none() | st.sampled_from(sorted(MODALITIES[kind]))),
        engagement_ref=draw(st.text("ab é\u4e2d", max_size=20)),
    )


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    codes = draw(st.sets(st.sampled_from(sorted(ALPHA_2)), min_size=1, max_size=5))
    return Declaration(
        release_at=draw(st.dates()),
        territories=draw(st.just((ANYWHERE,)) | st.just(tuple(sorted(codes)))),
        medium=draw(st.sampled_from(Medium)),
        language=draw(st.sampled_from(["de", "en", "pt-BR", "zh-Hant-TW"])),
        uses=tuple(draw(st.lists(declared(), max_size=4))),
        ai_labelled=draw(st.booleans()),
    )


@given(declarations())
def test_a_declaration_comes_back_as_it_was(declaration: Declaration) -> None:
    assert from_dict(to_dict(declaration)) == declaration


def test_toml_says_the_same() -> None:
    read = from_toml(TOML)
    assert read == Declaration(
        release_at=date(2027, 1, 31),
        territories=("AT", "DE"),
        medium=Medium.SERIES,
        language="de",
        uses=(
            DeclaredUse(PERFORMER, KindOfUse.SYNTHESISE_VOICE),
            DeclaredUse(PERFORMER, KindOfUse.OWN_PERFORMANCE, Modality.FACE, "contract 12"),
        ),
        ai_labelled=True,
    )


def good() -> dict[str, object]:
    return to_dict(from_toml(TOML))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("release_at", "31.1.2027"),
        ("release_at", "2027-02-30"),
        ("release_at", 20270131),
        ("territories", []),
        ("territories", ["UK"]),
        ("territories", "DE"),
        ("medium", "cinema"),
        ("language", "German"),
        ("ai_labelled", 1),
        ("uses", [{"performer_id": "prf_1", "kind": "edit"}]),
        ("uses", [{"performer_id": PERFORMER, "kind": "cloning"}]),
        ("uses", [{"performer_id": PERFORMER, "kind": "dub", "modality": "face"}]),
        ("uses", [{"performer_id": PERFORMER, "kind": "dub", "engagment_ref": "x"}]),
        ("uses", [{"kind": "dub"}]),
        ("uses", ["dub"]),
        ("use", []),
    ],
)
def test_a_wrong_field_is_refused_by_name_and_never_echoed(field: str, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        from_dict({**good(), field: value})
    assert refused.value.next_step
    assert "31.1.2027" not in refused.value.message
    assert "cloning" not in refused.value.message


@pytest.mark.parametrize("field", ["release_at", "territories", "medium", "language"])
def test_what_is_required_is_required(field: str) -> None:
    data = good()
    del data[field]
    with pytest.raises(BadInput, match=field):
        from_dict(data)


def test_a_date_with_a_time_is_refused() -> None:
    with pytest.raises(BadInput, match="release_at"):
        from_toml(TOML.replace("2027-01-31", "2027-01-31T00:00:00Z"))


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(BadInput):
        from_toml("release_at =")


def test_everywhere_swallows_other_codes() -> None:
    assert from_dict({**good(), "territories": ["DE", "*"]}).territories == ("*",)


def test_a_release_may_be_in_one_state_alone() -> None:
    assert from_dict({**good(), "territories": ["US-NY", "DE"]}).territories == ("DE", "US-NY")
