"""Checkpoints of the public log: one signed with every transaction that adds leaves.

It is signed before the commit, in the same transaction, so there is never a leaf that no checkpoint
covers and never a checkpoint of leaves that were rolled back. Cosignatures come later, from
witnesses, and are kept beside it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from core import log
from core.appendonly import append_only
from core.checkpoint import Checkpoint, parse_checkpoint
from core.clock import utc_now
from core.columns import UtcDateTime
from core.errors import NotFound
from core.logkeys import signing_keys
from core.signednote import Note, Signature, parse_note, parse_signatures, sign_text
from core.tlogpolicy import Policy
from core.vault import Vault


class CheckpointRow(SQLModel, table=True):
    """Table of checkpoints, as the log signed them."""

    __tablename__ = "log_checkpoint"
    __table_args__ = (append_only(),)

    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class CosignatureRow(SQLModel, table=True):
    """Table of what witnesses added to checkpoints: one line of each."""

    __tablename__ = "log_cosignature"
    __table_args__ = (append_only(),)

    size: int = Field(primary_key=True, foreign_key="log_checkpoint.size")
    vkey: str = Field(primary_key=True, foreign_key="log_witness.vkey")
    line: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Notary:
    """Signs what a transaction added, when it ends; the database calls it before the commit."""

    vault: Vault
    base_url: str

    def __call__(self, session: Session) -> None:
        """Sign the log's present head if this transaction added leaves."""
        if log.grew(session):
            sign_head(session, self.vault, self.base_url)


def sign_head(session: Session, vault: Vault, base_url: str) -> None:
    """Sign the log as it is now, with every key in use; once for each size."""
    size, root = log.root(session)
    if session.get(CheckpointRow, size) is not None:
        return
    signers = signing_keys(session, vault, base_url)
    text = Checkpoint(signers[0][0], size, bytes.fromhex(root)).text
    signed = Note(text, tuple(sign_text(text, name, private) for name, private in signers))
    session.add(CheckpointRow(size=size, note=signed.full, recorded_at=utc_now()))
    session.flush()


def newest(session: Session) -> Note:
    """Return the newest checkpoint with all its signatures; NotFound while the log is empty."""
    size = session.exec(select(func.max(CheckpointRow.size))).one()
    if size is None:
        raise NotFound("the log has no checkpoint yet", next_step="record something first")
    return at_size(session, size)


def at_size(session: Session, size: int) -> Note:
    """Return the checkpoint of one size with all its signatures; raises NotFound."""
    row = session.get(CheckpointRow, size)
    if row is None:
        raise NotFound("the log signed no checkpoint of this size", next_step="take the newest")
    query = select(CosignatureRow).where(col(CosignatureRow.size) == size)
    added = session.exec(query.order_by(col(CosignatureRow.vkey)))
    note = parse_note(row.note)
    return Note(note.text, (*note.signatures, *(_parsed(item.line) for item in added)))


def signed_at(session: Session, size: int) -> datetime | None:
    """Return when the checkpoint of one size was signed; None where there is none."""
    row = session.get(CheckpointRow, size)
    return None if row is None else row.recorded_at


def recent(session: Session, limit: int) -> list[tuple[int, datetime]]:
    """Return (size, time) of the newest checkpoints, the newest first."""
    query = select(CheckpointRow.size, CheckpointRow.recorded_at)
    return list(session.exec(query.order_by(col(CheckpointRow.size).desc()).limit(limit)))


def covering(session: Session, index: int, policy: Policy) -> Note:
    """Return the best checkpoint over a leaf: the newest with the policy's quorum, else the newest.

    Raises NotFound for a leaf that no checkpoint covers.
    """
    least = policy.groups[policy.quorum].least if policy.quorum in policy.groups else 0
    keys = [key.vkey for key in policy.witnesses.values()]
    counted = (
        select(CosignatureRow.size)
        .where(col(CosignatureRow.size) > index, col(CosignatureRow.vkey).in_(keys))
        .group_by(col(CosignatureRow.size))
        .having(func.count() >= least)
        .order_by(col(CosignatureRow.size).desc())
    )
    size = session.exec(counted.limit(1)).first() if least else None
    found = newest(session) if size is None else at_size(session, size)
    if parse_checkpoint(found.text).size <= index:
        raise NotFound("the log has no such leaf", next_step="read the log's size first")
    return found


def keep_cosignature(session: Session, size: int, vkey: str, line: str) -> bool:
    """Keep a witness's line, verified before; false when there is one of it already."""
    if session.get(CosignatureRow, (size, vkey)) is not None:
        return False
    session.add(CosignatureRow(size=size, vkey=vkey, line=line, recorded_at=utc_now()))
    session.flush()
    return True


def cosigned_size(session: Session, vkey: str) -> int:
    """Return the size of the newest checkpoint that a witness cosigned; 0 where there is none."""
    query = select(func.max(CosignatureRow.size)).where(col(CosignatureRow.vkey) == vkey)
    return session.exec(query).one() or 0


def faults(session: Session) -> tuple[str, ...]:
    """Compare every checkpoint with the log as it is; name those that no longer fit."""
    present = log.size(session)
    found = []
    for row in session.exec(select(CheckpointRow).order_by(col(CheckpointRow.size))):
        signed = parse_checkpoint(parse_note(row.note).text)
        if signed.size != row.size or row.size > present:
            found.append(f"the log signed {row.size} leaves and holds {present}")
        elif log.root(session, row.size)[1] != signed.root.hex():
            found.append(f"the first {row.size} leaves are not those that were signed")
    return tuple(found)


def _parsed(line: str) -> Signature:
    return parse_signatures(line)[0]
