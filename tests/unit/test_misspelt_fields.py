"""A field that nobody knows is named beside the one that is most like it, whatever the file."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.declaring import read
from api.cli.termsfile import read_fields
from core.errors import BadInput
from core.nearest import unknown
from royalties.tariffs.documents import tariff_from_dict

SHAPE: dict[str, Any] = {
    "id": "a-tariff",
    "version": 1,
    "title": {"en": "One", "de": "Eins"},
    "currency": "EUR",
    "valid_from": "2026-01",
    "source": "https://example.org",
    "certainty": "confirmed",
    "split": "each",
    "params": {"kind": "per_view", "rate": "0.01"},
}
NAMES = st.sets(st.text("abcdef", min_size=1, max_size=6), max_size=6)


@given(NAMES, NAMES)
def test_exactly_what_is_unknown_is_named_with_something_known(
    given_names: set[str], known: set[str]
) -> None:
    said = unknown(given_names, known)
    assert [one.split(" ")[0] for one in said] == sorted(given_names - known)
    likes = {one.split(" ")[1].strip("(?)") for one in said if " " in one}
    assert likes <= known and (bool(likes) or not known or not said)


def test_a_mandate_with_a_misspelt_field(tmp_path: Path) -> None:
    file = tmp_path / "mandate.toml"
    file.write_text('society_id = "ten_1"\nteritories = ["DE"]\nvalid_from = 2026-01-01\n', "utf-8")
    known = {"society_id", "territories", "valid_from"}
    with pytest.raises(BadInput, match=r"mandate\.toml .*: teritories \(territories\?\); known"):
        read_fields(file, known)
    assert read_fields(file, {*known, "teritories"})["valid_from"] == "2026-01-01"


def test_a_declaration_with_a_misspelt_field(tmp_path: Path) -> None:
    file = tmp_path / "use.toml"
    file.write_text('[work]\ntitel = "One"\n', "utf-8")
    with pytest.raises(BadInput, match=r"\[work\] has unknown names: titel \(title\?\)"):
        read(file)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"titel": "One"}, r"titel \(title\?\): there is no such field"),
        ({"params": {**SHAPE["params"], "rates": "1"}}, r"params\.rates \(rate\?\): there is no"),
    ],
)
def test_a_tariff_with_a_misspelt_field(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        tariff_from_dict({**SHAPE, **wrong})
