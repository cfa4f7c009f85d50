"""The witnesses that this log asks for cosignatures, and what they send back.

A witness is known by its key. Only what a known witness signed over a checkpoint of this log is
kept; anything else is refused with a reason. Spec: https://c2sp.org/tlog-witness
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, select

from core import audit
from core.addresses import parse_target
from core.appendonly import append_only
from core.checkpoint import cosignatures, parse_checkpoint
from core.checkpoints import at_size, cosigned_size, keep_cosignature
from core.columns import UtcDateTime
from core.errors import BadProof, Conflict, NotFound
from core.logkeys import log_keys
from core.principal import Principal, require
from core.signednote import COSIGNATURE, Note, NoteKey, key_from_vkey
from core.tlogpolicy import Group, Policy

SCOPE = "admin"
WITNESSES_MAX = 32
CLOCKS_APART_MAX = timedelta(minutes=5)
_GROUP = "witnesses"


class WitnessRow(SQLModel, table=True):
    """Table of witnesses; `url` is where checkpoints are sent, empty for one that comes itself."""

    __tablename__ = "log_witness"
    __table_args__ = (append_only("url", "removed_at"),)

    vkey: str = Field(primary_key=True)
    url: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness of this log; `cosigned` is the size of the newest checkpoint that it cosigned."""

    key: NoteKey
    url: str
    since: datetime
    cosigned: int


def add_witness(
    session: Session, principal: Principal, vkey: str, url: str, *, loopback: bool, now: datetime
) -> Witness:
    """Ask a witness from now on; raises BadProof for a key that is none, BadInput for its URL."""
    require(principal, SCOPE)
    key = key_from_vkey(vkey)
    if key.kind != COSIGNATURE:
        raise BadProof("this is no witness's key", next_step="ask the witness for its key")
    if url:
        parse_target(url, loopback=loopback)
    row = session.get(WitnessRow, key.vkey)
    present = list_witnesses(session)
    if any(item.key.vkey == key.vkey or item.key.name == key.name for item in present):
        raise Conflict("this witness is there already", next_step="remove it first")
    if len(present) >= WITNESSES_MAX:
        raise Conflict(f"a log has at most {WITNESSES_MAX} witnesses", next_step="remove one")
    row = row or WitnessRow(vkey=key.vkey, url=url, recorded_at=now)
    row.url, row.removed_at = url, None
    session.add(row)
    _record(session, principal, "log.witness-added", key.vkey, now)
    return _witness(session, row)


def remove_witness(session: Session, principal: Principal, name: str, *, now: datetime) -> None:
    """Ask a witness no more; what it cosigned stays. Raises NotFound."""
    require(principal, SCOPE)
    for row in _rows(session):
        if key_from_vkey(row.vkey).name == name:
            row.removed_at = now
            session.add(row)
            _record(session, principal, "log.witness-removed", row.vkey, now)
            return
    raise NotFound("there is no such witness", next_step="read the list: ebenbild log witnesses")


def list_witnesses(session: Session) -> list[Witness]:
    """Return the witnesses that are asked, by name."""
    found = [_witness(session, row) for row in _rows(session)]
    return sorted(found, key=lambda item: item.key.name)


def policy(session: Session, quorum: int) -> Policy:
    """Return what this log offers its readers: its keys, its witnesses, and how many must agree.

    0 means more than half of the witnesses; more than there are means all of them.
    """
    present = list_witnesses(session)
    logs = tuple(item.key for item in log_keys(session) if item.retired_at is None)
    if not present:
        return Policy(logs)
    least = min(quorum or len(present) // 2 + 1, len(present))
    names = [item.key.name for item in present]
    return Policy(
        logs,
        {item.key.name: item.key for item in present},
        {_GROUP: Group(least, tuple(names))},
        _GROUP,
        {item.key.name: item.url for item in present if item.url},
    )


def accept(session: Session, note: Note, *, now: datetime) -> int:
    """Keep what known witnesses added to a checkpoint of this log; returns how many lines.

    Raises BadProof when no known witness signed it, NotFound when the log never did.
    """
    known = [item.key for item in list_witnesses(session)]
    signed = cosignatures(note, known)
    if not signed:
        raise BadProof(
            "no witness of this log signed it",
            next_step="let the operator add your key first: ebenbild log add-witness",
        )
    size = parse_checkpoint(note.text).size
    if at_size(session, size).text != note.text:
        raise BadProof("this log signed another checkpoint of this size")
    if any(item.at > now + CLOCKS_APART_MAX for item in signed):
        raise BadProof("a cosignature is of a later time than now", next_step="set the clocks")
    kept = 0
    for item in signed:
        line = next(line.line for line in note.signatures if line.is_by(item.key))
        kept += keep_cosignature(session, size, item.key.vkey, line)
    return kept


def _record(session: Session, principal: Principal, action: str, vkey: str, now: datetime) -> None:
    audit.record(
        session, principal, action=action, subject_id="log", details={"key": vkey}, now=now
    )


def _rows(session: Session) -> list[WitnessRow]:
    query = select(WitnessRow).where(col(WitnessRow.removed_at).is_(None))
    return list(session.exec(query.order_by(col(WitnessRow.vkey))))


def _witness(session: Session, row: WitnessRow) -> Witness:
    cosigned = cosigned_size(session, row.vkey)
    return Witness(key_from_vkey(row.vkey), row.url, row.recorded_at, cosigned)
