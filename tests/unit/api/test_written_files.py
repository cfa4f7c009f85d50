"""Files that people write are read as their editors leave them, or named with what to do."""

from pathlib import Path

import pytest

from api.cli.declaring import read
from api.cli.termsfile import read_terms
from core.errors import BadInput

DECLARATION = """[work]
title = "Über Land"
[release]
date = 2030-10-01
territories = ["DE"]
medium = "series"
language = "de"
"""


def written(folder: Path, text: str, encoding: str) -> Path:
    file = folder / "use.toml"
    file.write_bytes(text.encode(encoding))
    return file


def test_a_file_of_before_says_the_same_under_the_names_of_today(tmp_path: Path) -> None:
    more = """[{ai}]
voice = "generated"
[[use]]
{performer} = "prf_aaaaaaaaaaaaaaaaaaaaaaaaaa"
kind = "own_performance"
[[figure]]
{figure} = "chr_aaaaaaaaaaaaaaaaaaaaaaaaaa"
"""
    before = DECLARATION + more.format(ai="ai", performer="performer", figure="id")
    names = {"ai": "ai_use", "performer": "performer_id", "figure": "character_id"}
    today = DECLARATION.replace("date =", "release_at =") + more.format(**names)
    told = read(written(tmp_path, today, "utf-8"))
    assert told == read(written(tmp_path, before, "utf-8"))
    assert told.declaration["release_at"] == "2030-10-01"
    both = today.replace("release_at =", "date = 2030-10-02\nrelease_at =")
    with pytest.raises(BadInput, match="date"):
        read(written(tmp_path, both, "utf-8"))


def test_a_file_saved_on_windows_says_the_same(tmp_path: Path) -> None:
    plain = read(written(tmp_path, DECLARATION, "utf-8"))
    marked = written(tmp_path, DECLARATION.replace("\n", "\r\n"), "utf-8-sig")
    assert read(marked) == plain
    assert plain.work["title"] == "Über Land"
    assert read_terms(marked)["work"] == {"title": "Über Land"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding_is_told_how_to_be_saved(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(BadInput, match="is not UTF-8") as told:
        read(written(tmp_path, DECLARATION, encoding))
    assert "UTF-8" in told.value.next_step
