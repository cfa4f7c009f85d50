"""The record of processing knows every column there is; a new one without a word fails here."""

import pytest
from sqlmodel import SQLModel

from api.web.texts import LANGUAGES, catalogue
from migrations import tables
from registry.privacy.records import Erasure, faults, parse
from registry.service.records import bare_tables, records


def columns() -> dict[str, frozenset[str]]:
    tables.load()
    return {
        table.name: frozenset(column.name for column in table.columns)
        for table in SQLModel.metadata.sorted_tables
        if table.name.islower()
    }


def test_every_column_is_declared() -> None:
    """Add the table or column to registry/data/records.toml, and say what an erasure does."""
    assert faults(records(), bare_tables(), columns()) == ()


def test_what_leads_to_a_performer_is_never_declared_bare() -> None:
    leading = {"performer_id", "enrolment_id", "consent_id"}
    assert [
        name for name, found in columns().items() if name in bare_tables() and found & leading
    ] == []


def test_what_is_deleted_may_be_deleted() -> None:
    tables.load()
    for record in records():
        if record.erasure is Erasure.DELETE:
            assert "append_only" not in SQLModel.metadata.tables[record.table].info


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_has_words(lang: str) -> None:
    words = catalogue(lang)
    for record in records():
        for kind, key in (
            ("about", record.about),
            ("purpose", record.purpose),
            ("basis", record.basis),
            ("kept", record.kept),
            *((("why", record.why),) if record.why else ()),
        ):
            assert f"privacy.{kind}.{key}" in words


def test_what_is_forgotten_is_found() -> None:
    found = parse(
        '[a]\nabout="p"\npurpose="x"\nbasis="y"\nkept="z"\npersonal=["n"]\ntechnical=["gone"]\n'
        'erasure="keep"\n'
    )
    assert set(
        faults(found, frozenset(), {"a": frozenset({"id", "n", "new"}), "b": frozenset()})
    ) == {
        "a.new: is not declared",
        "a.gone: does not exist",
        "a: is kept and does not say why",
        "b: is not in the record of processing",
    }
