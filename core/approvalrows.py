"""Proposals as they are kept: what their rows say, with the sealed text of some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from core.approvaltables import ApprovalRow, ApprovalTextRow
from core.resealing import SealedColumn
from core.rowtexts import about, open_texts, seal_texts, vault_of

_TEXT = "approval"


class ApprovalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Approval:
    """A proposal and what became of it; `roles` are those of which a decider needs one.

    `single_operator` says that one person ran the registry alone, so that nobody else looked.
    """

    id: str
    tenant_id: str
    action: str
    subject_id: str
    payload: Mapping[str, Any]
    roles: frozenset[str]
    proposed_by: str
    proposed_person: str | None
    proposed_at: datetime
    state: ApprovalState
    decided_by: str | None
    decided_person: str | None
    decided_at: datetime | None
    note: str
    used_at: datetime | None
    single_operator: bool

    @property
    def by_two(self) -> bool:
        """Whether one account proposed and another decided, required or not."""
        both = (self.proposed_person, self.decided_person)
        return None not in both and both[0] != both[1]


def keep_text(session: Session, row: ApprovalRow, said: Mapping[str, str]) -> None:
    """Keep sealed what is read of a proposal in place of an index."""
    sealed = seal_texts(vault_of(session), row.tenant_id, said, about(row.tenant_id, row.id, _TEXT))
    session.add(ApprovalTextRow(approval_id=row.id, tenant_id=row.tenant_id, sealed=sealed))
    session.flush()


def forget_text(session: Session, row: ApprovalRow) -> None:
    """Delete what was kept for the second person to read."""
    text = session.get(ApprovalTextRow, row.id)
    if text is not None:
        session.delete(text)
    session.flush()


def _bound(row: ApprovalTextRow) -> tuple[str, dict[str, str]]:
    return row.tenant_id, about(row.tenant_id, row.approval_id, _TEXT)


SEALED = (SealedColumn(ApprovalTextRow, "sealed", _bound),)


def _said(session: Session, row: ApprovalTextRow) -> dict[str, str] | None:
    subject_id, facts = _bound(row)
    return open_texts(vault_of(session), subject_id, row.sealed, facts)


def approvals_of(session: Session, rows: Sequence[ApprovalRow]) -> list[tuple[int, Approval]]:
    """(number, proposal) of these rows, with what is kept of their texts read at once."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    texts = session.exec(select(ApprovalTextRow).where(col(ApprovalTextRow.approval_id).in_(ids)))
    said = {text.approval_id: _said(session, text) for text in texts}
    return [(row.seq, _made(row, said.get(row.id))) for row in rows]


def approval_of(session: Session, row: ApprovalRow) -> Approval:
    """What one row says."""
    return approvals_of(session, [row])[0][1]


def _made(row: ApprovalRow, said: Mapping[str, str] | None) -> Approval:
    return Approval(
        id=row.id,
        tenant_id=row.tenant_id,
        action=row.action,
        subject_id=row.subject_id,
        payload={**row.payload, **(said or {})},
        roles=frozenset(row.roles),
        proposed_by=row.proposed_by,
        proposed_person=row.proposed_person,
        proposed_at=row.recorded_at,
        state=ApprovalState(row.state),
        decided_by=row.decided_by,
        decided_person=row.decided_person,
        decided_at=row.decided_at,
        note=row.note,
        used_at=row.used_at,
        single_operator=row.single_operator,
    )
