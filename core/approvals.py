"""The rule of two people: one proposes, another decides, and only then is there an effect.

What is approved is one payload, byte for byte, and it is good for one effect. Addresses of people
stand in it as an index only; the text that the second person reads lies sealed, and goes with the
decision or its effect. Where one person
runs the registry alone he may decide on his own proposal; the approval, its entry in the audit log
and its leaf say so for good.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.approvalrows import (
    Approval,
    ApprovalState,
    approval_of,
    approvals_of,
    forget_text,
    keep_text,
)
from core.approvaltables import ApprovalRow
from core.canonical import canonical
from core.clock import utc_now
from core.db import is_single_operator, next_seq
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.principal import ANY_SCOPE, Principal
from core.visibility import owned, owns

ADMIN = "admin"
_NOTE_CHARACTERS_MAX = 2000
_PAGE = 100


def propose(
    session: Session,
    principal: Principal,
    *,
    action: str,
    subject_id: str,
    payload: Mapping[str, Any],
    now: datetime,
    roles: frozenset[str] = frozenset({ADMIN}),
    tenant_id: str | None = None,
    read_as: Mapping[str, str] | None = None,
) -> Approval:
    """Lay one payload before a second person; call it in `write()`.

    `read_as` are texts that are shown in place of indices in the payload, and kept sealed.

    `roles` are those of which the decider needs one; `tenant_id` is the organisation whose people
    decide, the proposer's own unless named. The same proposal made twice is one: the open one is
    returned. Raises BadInput for a payload without a canonical form.
    """
    where = tenant_id or principal.tenant_id
    digest = _digest(payload)
    known = _open_twin(session, where, action, subject_id, digest)
    if known is not None:
        return approval_of(session, known)
    row = ApprovalRow(
        id=new_id("app"),
        tenant_id=where,
        recorded_at=now,
        seq=next_seq(session),
        action=action,
        subject_id=subject_id,
        payload=dict(payload),
        payload_hash=digest,
        roles=sorted(roles),
        proposed_by=principal.subject,
        proposed_person=principal.person,
        single_operator=is_single_operator(session),
    )
    session.add(row)
    session.flush()
    if read_as:
        keep_text(session, row, read_as)
    _note(session, principal, row, "approval.proposed", now)
    return approval_of(session, row)


def decide(
    session: Session,
    principal: Principal,
    approval_id: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> Approval:
    """Approve or reject a proposal, once; call it in `write()`.

    Raises NotFound for another organisation's, NotAllowed without one of its roles, Conflict when
    it was decided already or when the decider is, or cannot be told from, the proposer.
    """
    row = _mine(session, principal, approval_id)
    _check_decider(session, principal, row)
    if len(note) > _NOTE_CHARACTERS_MAX:
        raise BadInput(
            "the note is too long", next_step=f"write at most {_NOTE_CHARACTERS_MAX} characters"
        )
    row.state = ApprovalState.APPROVED if approve else ApprovalState.REJECTED
    row.decided_by, row.decided_person = principal.subject, principal.person
    row.decided_at, row.note = now, note
    row.single_operator = is_single_operator(session)
    session.add(row)
    session.flush()
    _note(session, principal, row, f"approval.{row.state.lower()}", now)
    decided = approval_of(session, row)
    if not approve:
        forget_text(session, row)
    return decided


def settle(
    session: Session,
    principal: Principal,
    approval_id: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> Approval:
    """Decide on a proposal, or take up what was decided on it before; call it in `write()`.

    Raises Conflict where it was decided otherwise; else as `decide` does.
    """
    item = get_approval(session, principal, approval_id)
    if item.state is ApprovalState.OPEN:
        item = decide(session, principal, item.id, approve=approve, note=note, now=now)
    if (item.state is ApprovalState.APPROVED) is not approve:
        raise Conflict(
            "this was decided otherwise before",
            next_step="carry out what was decided: approve or reject it as the approval says",
            code="already-decided",
        )
    return item


def open_approvals(session: Session, principal: Principal) -> list[Approval]:
    """Return all that waits for a decision of the principal's organisation, oldest first."""
    return [item for _, item in told_open(session, principal, 0)]


def told_open(
    session: Session, principal: Principal, after_seq: int
) -> Iterator[tuple[int, Approval]]:
    """Tell (number, proposal) of what waits behind a number: whoever stops reads no further."""
    query = select(ApprovalRow).where(
        owned(ApprovalRow, principal),
        col(ApprovalRow.state) == ApprovalState.OPEN,
    )
    ordered = query.order_by(col(ApprovalRow.seq)).limit(_PAGE)
    while page := session.exec(ordered.where(col(ApprovalRow.seq) > after_seq)).all():
        yield from approvals_of(session, page)
        after_seq = page[-1].seq


def list_approvals(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> list[tuple[int, Approval]]:
    """(number, proposal) of the principal's organisation whatever became of it, newest first."""
    query = select(ApprovalRow).where(owned(ApprovalRow, principal))
    if before_seq is not None:
        query = query.where(col(ApprovalRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(ApprovalRow.seq).desc()).limit(limit))
    return approvals_of(session, rows.all())


def by_two(session: Session, principal: Principal, subject_ids: Collection[str]) -> set[str]:
    """Which of these subjects one account proposed something about that another approved."""
    query = select(ApprovalRow.subject_id).where(
        owned(ApprovalRow, principal),
        col(ApprovalRow.state) == ApprovalState.APPROVED,
        col(ApprovalRow.subject_id).in_(subject_ids),
        col(ApprovalRow.proposed_person) != col(ApprovalRow.decided_person),
    )
    return set(session.exec(query))


def open_about(
    session: Session, principal: Principal, action: str, subject_id: str
) -> Approval | None:
    """The newest proposal of this kind about a subject that waits for the principal's people."""
    query = select(ApprovalRow).where(
        owned(ApprovalRow, principal),
        col(ApprovalRow.action) == action,
        col(ApprovalRow.subject_id) == subject_id,
        col(ApprovalRow.state) == ApprovalState.OPEN,
    )
    row = session.exec(query.order_by(col(ApprovalRow.seq).desc()).limit(1)).first()
    return None if row is None else approval_of(session, row)


def get_approval(session: Session, principal: Principal, approval_id: str) -> Approval:
    """Return one proposal of the principal's organisation; raises NotFound."""
    return approval_of(session, _mine(session, principal, approval_id))


def is_approved(session: Session, action: str, subject_id: str, payload: Mapping[str, Any]) -> bool:
    """Say whether exactly this was approved and had no effect yet."""
    return _unused(session, action, subject_id, payload) is not None


def require_approved(
    session: Session,
    action: str,
    subject_id: str,
    payload: Mapping[str, Any],
    *,
    tenant_id: str | None = None,
    now: datetime | None = None,
) -> Approval:
    """Use up the approval of exactly this payload; call it in the `write()` of the effect.

    `tenant_id` names the organisation whose people had to decide, where only theirs counts.
    Raises Conflict when nobody approved it or when it had its effect already.
    """
    row = _unused(session, action, subject_id, payload)
    if row is None or tenant_id not in (None, row.tenant_id):
        raise Conflict(
            "this needs the approval of a second person",
            next_step="propose it, and have somebody else approve it: ebenbild approval list",
            code="approval-needed",
        )
    row.used_at = now or utc_now()
    session.add(row)
    forget_text(session, row)
    return approval_of(session, row)


def concerns(principal: Principal, item: Approval) -> bool:
    """Say whether this principal may decide on an approval, or proposed it."""
    own = mine(principal, item) or item.proposed_by == principal.subject
    return own or may_decide(principal, item.roles)


def mine(principal: Principal, item: Approval) -> bool:
    """Say whether it is this very person who proposed it."""
    return principal.person is not None and principal.person == item.proposed_person


def may_decide(principal: Principal, roles: frozenset[str]) -> bool:
    """Say whether this principal holds one of the roles; a key of the operator stands for all."""
    by_key = principal.person is None and bool(principal.scopes & {ADMIN, ANY_SCOPE})
    return by_key or bool(roles & principal.roles)


def _check_decider(session: Session, principal: Principal, row: ApprovalRow) -> None:
    if not may_decide(principal, frozenset(row.roles)):
        raise NotAllowed(
            f"deciding on this needs a role: {', '.join(row.roles)}",
            next_step="ask somebody of your organisation who has it",
        )
    if row.state != ApprovalState.OPEN:
        raise Conflict(
            "this was decided already", next_step="propose it anew", code="already-decided"
        )
    if is_single_operator(session):
        return
    if principal.person is None or row.proposed_person is None:
        raise Conflict(
            "two people must be told apart, and a key or worker is none",
            next_step="propose it and decide on it signed in, as two people",
            code="second-person-needed",
        )
    if principal.person == row.proposed_person:
        raise Conflict(
            "whoever proposes does not decide",
            next_step="ask another person of your organisation to decide",
            code="second-person-needed",
        )


def _mine(session: Session, principal: Principal, approval_id: str) -> ApprovalRow:
    row = session.get(ApprovalRow, approval_id)
    if row is None or not owns(row, principal):
        raise NotFound("there is no such approval", next_step="list the open approvals")
    return row


def _open_twin(
    session: Session, tenant_id: str, action: str, subject_id: str, digest: str
) -> ApprovalRow | None:
    query = select(ApprovalRow).where(
        col(ApprovalRow.tenant_id) == tenant_id,
        col(ApprovalRow.action) == action,
        col(ApprovalRow.subject_id) == subject_id,
        col(ApprovalRow.payload_hash) == digest,
        col(ApprovalRow.state) == ApprovalState.OPEN,
    )
    return session.exec(query.limit(1)).first()


def _unused(
    session: Session, action: str, subject_id: str, payload: Mapping[str, Any]
) -> ApprovalRow | None:
    query = select(ApprovalRow).where(
        col(ApprovalRow.action) == action,
        col(ApprovalRow.subject_id) == subject_id,
        col(ApprovalRow.payload_hash) == _digest(payload),
        col(ApprovalRow.state) == ApprovalState.APPROVED,
        col(ApprovalRow.used_at).is_(None),
    )
    return session.exec(query.order_by(col(ApprovalRow.seq)).limit(1)).first()


def _digest(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(payload)).hexdigest()


def _note(
    session: Session, principal: Principal, row: ApprovalRow, action: str, now: datetime
) -> None:
    details = {"action": row.action, "subject": row.subject_id, "payload": row.payload_hash}
    audit.record(session, principal, action=action, subject_id=row.id, details=details, now=now)
