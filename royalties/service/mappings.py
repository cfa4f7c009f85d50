"""Keeping how a sender writes its reports: guessed from headings, agreed by a person, kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.errors import Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, require
from royalties.reports.headings import guess
from royalties.reports.mapping import OURS, ColumnMapping, mapping_from_dict
from royalties.store import mappings as store
from royalties.store.mappings import KeptMapping


def guess_mapping(principal: Principal, sender: str, headings: Sequence[str]) -> ColumnMapping:
    """What these headings most likely mean; nothing is kept. Raises `BadInput` (unknown-unit)."""
    require(principal, "usage")
    return guess(mapping_from_dict({"sender": sender}).sender, headings)


def keep_mapping(
    session: Session,
    principal: Principal,
    document: Mapping[str, Any],
    *,
    replaces: str = "",
    now: datetime,
) -> KeptMapping:
    """Keep a mapping; the sender's one before ends, and so does that of a sender it `replaces`.

    Raises `BadInput` (bad-mapping); `NotFound` where there is none to replace, and `Conflict` where
    the new name has one already.
    """
    require(principal, "usage")
    kept = KeptMapping(new_id("map"), mapping_from_dict(document), now)
    sender = kept.mapping.sender
    if replaces not in ("", sender):
        if store.mapping_of(session, principal, sender) is not None:
            raise Conflict(
                f"A mapping of {sender} is kept already.",
                next_step="Choose another name, or remove that mapping first.",
            )
        remove_mapping(session, principal, replaces, now=now)
    store.end_mapping(session, principal, sender, at=now)
    store.add_mapping(session, principal, kept)
    return kept


def list_mappings(session: Session, principal: Principal) -> tuple[KeptMapping, ...]:
    """The organisation's mappings in force, by sender."""
    require(principal, "usage")
    return store.mappings(session, principal)


def remove_mapping(session: Session, principal: Principal, sender: str, *, now: datetime) -> None:
    """End a sender's mapping; raises `NotFound` where none is in force."""
    require(principal, "usage")
    if not store.end_mapping(session, principal, sender, at=now):
        raise _none(sender)


def mapping_for(session: Session, principal: Principal, sender: str) -> ColumnMapping:
    """How to read this sender's report: ours where none is named, or none was kept of it."""
    if not sender:
        return OURS
    kept = store.mapping_of(session, principal, sender)
    return mapping_from_dict({"sender": sender}) if kept is None else kept.mapping


def _none(sender: str) -> NotFound:
    return NotFound(
        f"No mapping of {sender} is kept.", next_step="List them: ebenbild usage mapping list"
    )
