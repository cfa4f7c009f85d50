"""After a breach: who is affected by what, and a letter to the authority within 72 hours.

What somebody can read depends on which parts came together: sealed columns and files open only with
the keystore and the key-encryption key. So the list says for each person what was open and what was
sealed, and nobody has to guess in the first three days.
GDPR Art. 33 and 34, https://eur-lex.europa.eu/eli/reg/2016/679/oj
"""

import csv
import io
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlmodel import Session

from api.web.texts import LANGUAGES, text
from core import files
from core.clock import to_text, utc_now
from core.errors import BadInput, Conflict
from core.init import World
from core.principal import SearchCapability
from core.tenants import list_tenants
from registry.store import affected
from registry.store.affected import Holding

DUE_HOURS = 72
COLUMNS = ("organisation", "performer_id", "public_name", "what", "count", "state")


class Part(StrEnum):
    """What of the registry somebody got at."""

    DATABASE = "database"
    FILES = "files"
    KEYS = "keys"
    KEK = "kek"


_SEALED = frozenset({"templates", "found_vectors", "samples", "excerpts"})
_IN_FILES = frozenset({"samples"})


def write(
    world: World, folder: Path, *, reached: Collection[str], discovered: datetime
) -> dict[str, Any]:
    """Write affected.csv and letters in both languages into a new folder; returns the counts.

    Raises BadInput for an unknown part, Conflict when the folder exists.
    """
    parts = _parts(reached)
    if folder.exists():
        raise Conflict(f"{folder.name} exists already", next_step="name a new folder")
    now = utc_now()
    capability = SearchCapability("breach", "operator")
    with world.db.read() as session:
        names = _names(session)
        holdings = [
            item for item in affected.holdings(session, capability) if _was_reached(item, parts)
        ]
    folder.mkdir(mode=0o700, parents=True)
    files.create_private(folder / "affected.csv", _table(holdings, names, parts).encode())
    people = len({item.performer_id for item in holdings})
    due = to_text(discovered + timedelta(hours=DUE_HOURS))
    figures = {
        "people": people,
        "records": sum(item.count for item in holdings),
        "reached": ", ".join(sorted(parts)),
        "discovered": to_text(discovered),
        "due": due,
        "made": to_text(now),
        "operator": world.settings.base_url,
    }
    for lang in LANGUAGES:
        sealed = "sealed" if not _opens(parts) else "open"
        told = text(lang, f"breach.vectors.{sealed}")
        letter = text(lang, "breach.letter", vectors=told, **figures)
        files.create_private(folder / f"authority.{lang}.txt", letter.encode())
    return {"folder": str(folder), **figures}


def _parts(reached: Collection[str]) -> frozenset[Part]:
    known = {part.value for part in Part}
    if not reached or not known.issuperset(reached):
        raise BadInput(
            "this is no part of a registry", next_step=f"name some of {', '.join(sorted(known))}"
        )
    return frozenset(Part(name) for name in reached)


def _opens(parts: Collection[Part]) -> bool:
    """Whether sealed things can be read by whoever has these parts."""
    return {Part.KEYS, Part.KEK} <= set(parts)


def _was_reached(item: Holding, parts: Collection[Part]) -> bool:
    return (Part.FILES if item.what in _IN_FILES else Part.DATABASE) in parts


def _state(item: Holding, parts: Collection[Part]) -> str:
    return "sealed" if item.what in _SEALED and not _opens(parts) else "open"


def _names(session: Session) -> dict[str, str]:
    return {tenant.id: tenant.name for tenant in list_tenants(session, limit=100_000)}


def _table(holdings: Sequence[Holding], names: dict[str, str], parts: Collection[Part]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in holdings:
        organisation = names.get(item.tenant_id, item.tenant_id)
        writer.writerow(
            (
                _plain(organisation),
                item.performer_id,
                _plain(item.public_name),
                item.what,
                item.count,
                _state(item, parts),
            )
        )
    return out.getvalue()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell
