"""Sealing anew what lies under a key or a turning that was replaced, a few rows at a time.

Each batch is one transaction, and whether a row is done is read off the row itself: whoever stops
anywhere runs it again and goes on. Old keys and turnings stay, and open older backups, until they
are forgotten on purpose.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.db import Database
from core.errors import Conflict, NotFound
from core.objects import Objects
from core.principal import SearchCapability
from core.resealing import SealedColumn, old_rows
from core.resealing import reseal as reseal_column
from core.vault import Vault
from registry.models.encoders import Material
from registry.retention import STRANGERS
from registry.service import content as contents
from registry.service import indexfile, turning
from registry.service import material as materials
from registry.service.indexfile import Kind
from registry.service.sealcheck import check_seals
from registry.service.seals import (
    is_present,
    open_invented,
    open_template,
    renewed_trace,
    seal_invented,
    seal_template,
)
from registry.store import content, enrolments, invented, material, printtemplates, traces

_OF_PEOPLE = ("prf_", "enr_", "hky_", "gua_", "per_", "pay_", STRANGERS)
RENEWABLE = (
    *_OF_PEOPLE,
    "ten_",
    "sub_",
    "scn_",
    "chr_",
    "clp_",
    "exc_",
    "pba_",
    "webhook:",
    "index:",
)
_AT_ONCE = 200
_CAPABILITY = SearchCapability("key rotation", "operator")
Batch = Callable[[Session, Vault, str], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many rows and kept samples got another seal."""

    rows: int
    files: int


def renew(vault: Vault, subject_id: str) -> int:
    """Give a performer, an account, an organisation, a submission or the like other keys.

    What they own gets others too. Returns how many; raises NotFound for a subject without a key.
    """
    if vault.live_key_id(subject_id) is None or not subject_id.startswith(RENEWABLE):
        raise NotFound(
            "Nothing is sealed for this subject.",
            next_step="Name a performer, an enrolment, a submission or an account by its id.",
        )
    return vault.renew([subject_id, *vault.owned(subject_id)])


def renew_all(vault: Vault) -> int:
    """Give every subject that can have another key one; returns how many."""
    found = [name for prefix in RENEWABLE for name in vault.subjects(prefix)]
    return sum(
        vault.renew(found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE)
    )


def adopt_enrolments(session: Session, vault: Vault) -> None:
    """Put keys of enrolments under their performers', where an earlier version did not."""
    for enrolment_id, performer_id in enrolments.all_owners(session, _CAPABILITY):
        if vault.live_key_id(enrolment_id) is not None:
            vault.adopt(enrolment_id, performer_id)


def reseal(
    db: Database, vault: Vault, objects: Objects, columns: Sequence[SealedColumn] = ()
) -> Resealed:
    """Bring every row and kept sample under the present keys and the turning in force.

    `columns` are those of all packages that hold no vectors.
    """
    rows = sum(_through(db, vault, batch) for batch in (_templates, _traces, _contents, _invented))
    rows += sum(reseal_column(db, _CAPABILITY, vault, column) for column in columns)
    return Resealed(rows, _materials(db, vault, objects))


def forget_old(
    db: Database, vault: Vault, objects: Objects, columns: Sequence[SealedColumn] = ()
) -> int:
    """Destroy keys and turnings that were replaced; backups from before cannot be read then.

    The files of the search go as well, which are written again when a worker needs them.

    Returns how many. Raises Conflict while something still lies under them.
    """
    with db.read() as session:
        left = sum(_left(session, vault))
        left += sum(len(old_rows(session, _CAPABILITY, vault, column)) for column in columns)
        used = check_seals(session, vault, objects).key_ids
    old_keys = vault.retired_ids(RENEWABLE)
    left += sum(not materials.is_present(vault, objects, item) for item in _all_material(db))
    if left or old_keys & used:
        raise Conflict(
            "Something is still sealed with what is to be forgotten.",
            next_step="Run `ebenbild keys rotate-data --resume`, then this again; what belongs to "
            "the proofs of an enrolment goes when it is proofed.",
        )
    indexfile.shred(vault, *Kind)
    *old, _ = (0, *turning.generations(vault))
    for generation in old[1:]:
        turning.forget(vault, generation)
    return vault.forget_retired(RENEWABLE) + len(old[1:])


def _through(db: Database, vault: Vault, batch: Batch) -> int:
    after, resealed = "", 0
    while True:
        with db.write() as session:
            following, count = batch(session, vault, after)
        resealed += count
        if not following:
            return resealed
        after = following


def _templates(session: Session, vault: Vault, after: str) -> tuple[str, int]:
    rows = printtemplates.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE)
    old = [row for row in rows if not is_present(vault, row.consent_id, row.sealed)]
    for row in old:
        sealed = seal_template(
            vault,
            open_template(vault, row),
            tenant_id=row.tenant_id,
            performer_id=row.performer_id,
            consent_id=row.consent_id,
            sha=row.model_sha256,
        )
        printtemplates.save_seal(session, _CAPABILITY, row.id, sealed)
    return _last([row.id for row in rows]), len(old)


def _traces(session: Session, vault: Vault, after: str) -> tuple[str, int]:
    rows = traces.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE)
    old = [row for row in rows if not is_present(vault, row.subject_id, row.sealed or b"")]
    for row in old:
        traces.save_seal(session, _CAPABILITY, renewed_trace(vault, row))
    return _last([row.id for row in rows]), len(old)


def _contents(session: Session, vault: Vault, after: str) -> tuple[str, int]:
    rows = content.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE)
    old = [row for row in rows if not contents.is_present(vault, row)]
    for row in old:
        content.save_seal(session, _CAPABILITY, row.id, contents.renewed_seal(vault, row))
    return _last([row.id for row in rows]), len(old)


def _invented(session: Session, vault: Vault, after: str) -> tuple[str, int]:
    rows = invented.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE)
    old = [row for row in rows if not is_present(vault, row.character_id, row.sealed)]
    for row in old:
        sealed = seal_invented(
            vault,
            open_invented(vault, row),
            tenant_id=row.tenant_id,
            character_id=row.character_id,
            sha=row.model_sha256,
        )
        invented.save_seal(session, _CAPABILITY, row.id, sealed)
    return _last([row.id for row in rows]), len(old)


def _materials(db: Database, vault: Vault, objects: Objects) -> int:
    resealed = 0
    for item in _all_material(db):
        if materials.is_present(vault, objects, item):
            continue
        name = materials.sealed_anew(vault, objects, item)
        with db.write() as session:
            kept = material.save_object(session, item, name)
        objects.delete(item.object_name if kept else name)
        resealed += kept
    return resealed


def _all_material(db: Database) -> Iterator[Material]:
    after = ""
    while True:
        with db.read() as session:
            items = material.after(session, _CAPABILITY, after, limit=_AT_ONCE)
        yield from items
        if not items:
            return
        after = items[-1].id


def _left(session: Session, vault: Vault) -> Iterator[int]:
    """Rows of each table that do not lie under what is present."""
    after: str = ""
    while rows := printtemplates.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE):
        yield sum(not is_present(vault, row.consent_id, row.sealed) for row in rows)
        after = rows[-1].id
    after = ""
    while some := traces.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE):
        yield sum(not is_present(vault, row.subject_id, row.sealed or b"") for row in some)
        after = some[-1].id
    after = ""
    while packed := content.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE):
        yield sum(not contents.is_present(vault, row) for row in packed)
        after = packed[-1].id
    after = ""
    while made := invented.sealed_after(session, _CAPABILITY, after, limit=_AT_ONCE):
        yield sum(not is_present(vault, row.character_id, row.sealed) for row in made)
        after = made[-1].id


def _last(ids: Sequence[str]) -> str:
    return ids[-1] if len(ids) == _AT_ONCE else ""
