"""The record of processing activities: what each table holds about whom, why, and how it ends.

It is data and not prose, so that an erasure can follow it and a test can find what it forgot.
GDPR Art. 30, https://eur-lex.europa.eu/eli/reg/2016/679/oj
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import Broken

COMMON = frozenset({"id", "tenant_id", "audience", "recorded_at", "seq"})
_REST = "nothing_personal"


class Erasure(StrEnum):
    """What an erasure does with the rows of a person; APART has code of its own."""

    DELETE = "delete"
    KEEP = "keep"
    APART = "apart"


class Kin(StrEnum):
    """What a column that leads to a person holds the id of."""

    PERFORMER = "performer"
    ENROLMENT = "enrolment"


@dataclass(frozen=True, slots=True)
class Record:
    """One table: the keys of `purpose`, `basis`, `kept` and `why` are put into words elsewhere.

    `column` leads to the person, by way of `kin`; both are None where nothing leads there.
    """

    table: str
    about: str
    purpose: str
    basis: str
    kept: str
    personal: tuple[str, ...]
    technical: tuple[str, ...]
    erasure: Erasure
    column: str | None
    kin: Kin | None
    why: str


def parse(text: str) -> tuple[Record, ...]:
    """The records written in TOML, those with people in them; raises Broken when one is wrong."""
    document = tomllib.loads(text)
    try:
        return tuple(_record(name, item) for name, item in document.items() if name != _REST)
    except (KeyError, ValueError, TypeError) as exc:
        raise Broken(f"the record of processing is wrong: {exc}") from exc


def without_people(text: str) -> frozenset[str]:
    """Tables that are declared to hold nothing about anybody."""
    return frozenset(tomllib.loads(text)[_REST]["tables"])


def faults(
    records: tuple[Record, ...], bare: frozenset[str], tables: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """What the records forget or invent, given the columns of every table that there is."""
    found = []
    known = {record.table: record for record in records}
    for table, columns in sorted(tables.items()):
        if table in bare:
            continue
        record = known.get(table)
        if record is None:
            found.append(f"{table}: is not in the record of processing")
            continue
        declared = {*record.personal, *record.technical}
        found += [f"{table}.{name}: is not declared" for name in columns - declared - COMMON]
        found += [f"{table}.{name}: does not exist" for name in declared - columns]
        if record.column is not None and record.column not in columns:
            found.append(f"{table}.{record.column}: does not exist")
        if record.erasure is Erasure.KEEP and not record.why:
            found.append(f"{table}: is kept and does not say why")
        if record.erasure is Erasure.DELETE and record.column is None:
            found.append(f"{table}: cannot be deleted without a column that leads to the person")
    return (*found, *(f"{table}: does not exist" for table in sorted(known.keys() - tables.keys())))


def _record(table: str, item: Mapping[str, Any]) -> Record:
    link = item.get("link")
    return Record(
        table=table,
        about=item["about"],
        purpose=item["purpose"],
        basis=item["basis"],
        kept=item["kept"],
        personal=tuple(item["personal"]),
        technical=tuple(item["technical"]),
        erasure=Erasure(item["erasure"]),
        column=None if link is None else link["column"],
        kin=None if link is None else Kin(link["to"]),
        why=item.get("why", ""),
    )
