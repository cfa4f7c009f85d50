"""The public log: an append-only list of commitments, with a root that fixes all of them.

A leaf holds a salted hash and never a name or a vector, so that publishing it tells nothing. The
salt lies apart and may be dropped: then the commitment can be opened by nobody any more.
Hashes of complete subtrees are stored, so a root or a proof costs a few reads at any size.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Index, func, or_, text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core import merkle
from core.appendonly import append_only
from core.clock import utc_now
from core.columns import UtcDateTime
from core.consistency import consistency_from
from core.db import is_single_operator
from core.errors import Broken, NotFound
from core.logleaf import commit_to, leaf_bytes

_SALT_BYTES = 32
_GREW = "log_grew"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the log; `index` counts from 0, hashes are hex.

    `single_operator` says that one person ran the registry alone when the leaf was written.
    """

    index: int
    kind: str
    subject_id: str
    commitment: str
    at: datetime
    leaf_hash: str
    single_operator: bool = False


class LeafRow(SQLModel, table=True):
    """Table of leaves."""

    __tablename__ = "log_leaf"
    __table_args__ = (
        Index("log_leaf_kind", "kind", "seq"),
        Index("log_leaf_at", "at"),
        append_only(),
    )

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    subject_id: str = Field(index=True)
    commitment: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    leaf_hash: bytes
    single_operator: bool = Field(default=False, sa_column_kwargs={"server_default": text("0")})


class NodeRow(SQLModel, table=True):
    """Table of the hashes of complete subtrees above the leaves."""

    __tablename__ = "log_node"
    __table_args__ = (append_only(),)

    level: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    hash: bytes


class SaltRow(SQLModel, table=True):
    """Table of salts: the part of a leaf that is not published."""

    __tablename__ = "log_salt"

    seq: int = Field(primary_key=True, foreign_key="log_leaf.seq")
    salt: bytes


def append(
    session: Session,
    *,
    kind: str,
    subject_id: str,
    payload: Mapping[str, Any],
    at: datetime | None = None,
) -> int:
    """Add a leaf that commits to `payload`, and return its index; call it in `write()`.

    Raises BadInput when the payload has no canonical form.
    """
    return append_all(session, kind=kind, leaves=[(subject_id, payload)], at=at or utc_now())[0]


def append_all(
    session: Session,
    *,
    kind: str,
    leaves: Sequence[tuple[str, Mapping[str, Any]]],
    at: datetime,
) -> range:
    """Add leaves of a kind at once, each a subject's id and a payload; returns their indexes.

    As `append` does one by one, with as many statements for thousands as for one.
    """
    first, alone = size(session), is_single_operator(session)
    salts = [secrets.token_bytes(_SALT_BYTES) for _ in leaves]
    rows = [
        LeafRow(
            seq=index,
            kind=kind,
            subject_id=subject_id,
            commitment=commit_to(salt, payload),
            at=at,
            leaf_hash=b"",
            single_operator=alone,
        )
        for index, (salt, (subject_id, payload)) in enumerate(
            zip(salts, leaves, strict=True), first
        )
    ]
    for row in rows:
        row.leaf_hash = merkle.leaf_hash(published(_leaf(row)))
    session.add_all(rows)
    session.flush()
    session.add_all(SaltRow(seq=row.seq, salt=salt) for row, salt in zip(rows, salts, strict=True))
    session.add_all(_closed_subtrees(session, rows))
    session.flush()
    if rows:
        session.info[_GREW] = True
    return range(first, first + len(rows))


def grew(session: Session) -> bool:
    """Say whether this session added a leaf."""
    return bool(session.info.get(_GREW, False))


def size(session: Session) -> int:
    """Return how many leaves the log has."""
    last = session.exec(select(func.max(LeafRow.seq))).one()
    return 0 if last is None else last + 1


def root(session: Session, first: int | None = None) -> tuple[int, str]:
    """Return (size, hex root) of the log or of its first leaves; NotFound past its end."""
    present = size(session)
    wanted = present if first is None else first
    if not 0 <= wanted <= present:
        raise _no_leaf()
    return wanted, merkle.root_from(wanted, _reader(session)).hex()


def inclusion(session: Session, index: int, first: int | None = None) -> list[bytes]:
    """Return the proof that a leaf is among the `first` ones (all unless given); NotFound."""
    present = size(session)
    wanted = present if first is None else first
    if not 0 <= index < wanted <= present:
        raise _no_leaf()
    return merkle.inclusion_from(index, wanted, _reader(session))


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    """Return the proof that the first `new` leaves begin with the first `old`; NotFound."""
    if not 0 < old <= new <= size(session):
        raise _no_leaf()
    return consistency_from(old, new, _reader(session))


def leaves(session: Session, *, after: int = -1, limit: int = 1000) -> list[Leaf]:
    """Return the leaves that follow index `after`, in order."""
    query = select(LeafRow).where(col(LeafRow.seq) > after).order_by(col(LeafRow.seq)).limit(limit)
    return [_leaf(row) for row in session.exec(query)]


def newest(
    session: Session,
    *,
    kind: str = "",
    day: date | None = None,
    named: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Leaf]:
    """Return leaves, the newest first, from before index `before` on.

    Of one kind, of one day (UTC), or `named` by their subject or their commitment.
    """
    query = select(LeafRow).order_by(col(LeafRow.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(LeafRow.seq) < before)
    if kind:
        query = query.where(col(LeafRow.kind) == kind)
    if day is not None:
        begin = datetime.combine(day, time(), UTC)
        query = query.where(col(LeafRow.at) >= begin, col(LeafRow.at) < begin + timedelta(days=1))
    if named:
        query = query.where(or_(col(LeafRow.subject_id) == named, col(LeafRow.commitment) == named))
    return [_leaf(row) for row in session.exec(query)]


def kinds(session: Session) -> list[str]:
    """Return every kind of leaf there is, by name."""
    return list(session.exec(select(LeafRow.kind).distinct().order_by(col(LeafRow.kind))))


def leaf(session: Session, index: int) -> Leaf:
    """Return one leaf; raises NotFound."""
    row = session.get(LeafRow, index)
    if row is None:
        raise _no_leaf()
    return _leaf(row)


def leaves_at(session: Session, indexes: Collection[int]) -> dict[int, Leaf]:
    """Return the leaves at these places, by index; places past the end are left out."""
    rows = session.exec(select(LeafRow).where(col(LeafRow.seq).in_(indexes)))
    return {row.seq: _leaf(row) for row in rows}


def leaves_about(session: Session, subject_id: str, *, limit: int = 1000) -> list[Leaf]:
    """Return the leaves about one subject, in order."""
    query = select(LeafRow).where(col(LeafRow.subject_id) == subject_id)
    return [_leaf(row) for row in session.exec(query.order_by(col(LeafRow.seq)).limit(limit))]


def salt_of(session: Session, index: int) -> bytes | None:
    """Return what opens a leaf's commitment, for its parties alone; None once it is forgotten."""
    row = session.get(SaltRow, index)
    return None if row is None else row.salt


def nodes(session: Session, level: int, first: int, end: int) -> list[bytes]:
    """Return the stored hashes of one height from place `first` to before `end`, in order."""
    if level == 0:
        leaf = select(LeafRow.leaf_hash).where(col(LeafRow.seq).between(first, end - 1))
        return list(session.exec(leaf.order_by(col(LeafRow.seq))))
    node = select(NodeRow.hash).where(
        col(NodeRow.level) == level, col(NodeRow.position).between(first, end - 1)
    )
    return list(session.exec(node.order_by(col(NodeRow.position))))


def published(leaf: Leaf) -> bytes:
    """Return the published bytes of a leaf."""
    return leaf_bytes(
        kind=leaf.kind,
        subject_id=leaf.subject_id,
        commitment=leaf.commitment,
        at=leaf.at,
        single_operator=leaf.single_operator,
    )


def subjects_of(kind: str) -> SelectOfScalar[str]:
    """A query of the ids that leaves of a kind are about, for others to look within."""
    return select(LeafRow.subject_id).where(col(LeafRow.kind) == kind)


def leaves_of(session: Session, kind: str) -> list[Leaf]:
    """Return every leaf of one kind, in order; reads them all."""
    query = select(LeafRow).where(col(LeafRow.kind) == kind).order_by(col(LeafRow.seq))
    return [_leaf(row) for row in session.exec(query)]


def opens(session: Session, index: int, payload: Mapping[str, Any]) -> bool:
    """Say whether the leaf commits to this payload; NotFound when leaf or salt is gone."""
    leaf, salt = session.get(LeafRow, index), session.get(SaltRow, index)
    if leaf is None or salt is None:
        raise _no_leaf()
    return commit_to(salt.salt, payload) == leaf.commitment


def forget(session: Session, index: int) -> None:
    """Drop the salt of a leaf, for erasure: nobody can tell any more what it commits to."""
    salt = session.get(SaltRow, index)
    if salt is not None:
        session.delete(salt)
        session.flush()


def faults(session: Session) -> tuple[str, ...]:
    """Recompute the log from its published columns alone and name what does not agree.

    Reads every leaf; empty when the log agrees with itself. Leaves cut off at the end are found
    only by comparing with a root that was kept elsewhere.
    """
    found: list[str] = []
    hashes: list[bytes] = []
    for row in session.exec(select(LeafRow).order_by(col(LeafRow.seq))):
        data = leaf_bytes(
            kind=row.kind,
            subject_id=row.subject_id,
            commitment=row.commitment,
            at=row.at,
            single_operator=row.single_operator,
        )
        hashes.append(merkle.leaf_hash(data))
        if row.seq != len(hashes) - 1:
            return (*found, f"leaf {len(hashes) - 1} is missing")
        if hashes[-1] != row.leaf_hash:
            found.append(f"leaf {row.seq} was changed")
    stored = {(row.level, row.position): row.hash for row in session.exec(select(NodeRow))}
    expected = merkle.complete_subtrees(hashes)
    changed = {place for place in stored | expected if stored.get(place) != expected.get(place)}
    return (*found, *(f"subtree {level}/{place} was changed" for level, place in sorted(changed)))


def _leaf(row: LeafRow) -> Leaf:
    return Leaf(
        index=row.seq,
        kind=row.kind,
        subject_id=row.subject_id,
        commitment=row.commitment,
        at=row.at,
        leaf_hash=row.leaf_hash.hex(),
        single_operator=row.single_operator,
    )


def _reader(session: Session) -> merkle.NodeReader:
    def node(level: int, position: int) -> bytes:
        if level == 0:
            leaf = session.get(LeafRow, position)
            value = None if leaf is None else leaf.leaf_hash
        else:
            row = session.get(NodeRow, (level, position))
            value = None if row is None else row.hash
        if value is None:
            raise Broken(f"the log lacks its subtree {level}/{position}")
        return value

    return node


def _closed_subtrees(session: Session, rows: Sequence[LeafRow]) -> Iterator[NodeRow]:
    # A leaf at an odd place completes a subtree, and that one maybe the next above it.
    new: dict[tuple[int, int], bytes] = {}
    stored = _reader(session)
    for row in rows:
        right, level, position = row.leaf_hash, 0, row.seq
        new[level, position] = right
        while position % 2 == 1:
            left = new.get((level, position - 1)) or stored(level, position - 1)
            right = merkle.node_hash(left, right)
            level, position = level + 1, position // 2
            new[level, position] = right
            yield NodeRow(level=level, position=position, hash=right)


def _no_leaf() -> NotFound:
    return NotFound("the log has no such leaf", next_step="read the log's size first")
