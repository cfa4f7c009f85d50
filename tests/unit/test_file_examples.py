"""The examples in docs/files.md are read by the product's own readers."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.cli.declaring import read
from api.cli.termsfile import read_terms
from core.errors import BadInput
from fingerprint.calibrationmaterial import read_identities
from licensing.termrules import check_terms
from licensing.terms import terms_from_dict
from registry.declaration import from_dict
from registry.models.works import KindOfUse
from royalties.usage import REQUIRED

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")


def block(kind: str, first: str) -> str:
    found = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return next(text for text in found if text.startswith(first))


@pytest.fixture
def terms_file(tmp_path: Path) -> Path:
    path = tmp_path / "terms.toml"
    path.write_text(block("toml", "# terms"), "utf-8")
    return path


def test_the_terms_are_read_and_fit_to_be_signed(terms_file: Path) -> None:
    terms = terms_from_dict(read_terms(terms_file))
    assert check_terms(terms, datetime(2026, 11, 30, tzinfo=UTC)) == ()


def test_the_declaration_is_read(tmp_path: Path) -> None:
    path = tmp_path / "use.toml"
    path.write_text(block("toml", "# declaration"), "utf-8")
    declared = from_dict(read(path).declaration)
    assert [use.kind for use in declared.uses] == [
        "synthesise_voice",
        "replicate_face",
        "own_performance",
    ]


def test_the_people_who_calibrate_are_read(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text(block("json", "{"), "utf-8")
    assert len(read_identities(path)["calibration"]["voice"]) == 5


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"calibration": {"voice": "ada"}}'])
def test_a_file_that_names_nobody_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match="whose media"):
        read_identities(path)


def test_every_kind_of_use_is_listed() -> None:
    assert all(f"`{kind.value}`" in PAGE for kind in KindOfUse)


def test_the_usage_report_has_the_columns_that_are_read() -> None:
    header = next(csv.reader(io.StringIO(block("csv", "cut_id"))))
    assert tuple(header) == REQUIRED
