"""What goes to the bank at once: batches, what was decided of them, and their sealed papers."""

from collections.abc import Collection, Sequence

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.places import checked
from core.principal import Principal
from core.visibility import owned
from royalties.models_payouts import (
    Batch,
    BatchKind,
    BatchState,
    CameBack,
    Payout,
    PayoutState,
)
from royalties.store.payouts import add_payouts
from royalties.store.payouttables import BatchRow, PayoutRow


def add_batch(session: Session, item: Batch, payouts: Sequence[Payout]) -> None:
    """Store a batch with its payouts; raises `Conflict` while another one waits."""
    session.add(
        BatchRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            number=item.number,
            kind=item.kind,
            currency=item.currency,
            state=item.state,
            execute_on=item.execute_on,
            account_id=item.account_id,
            count=item.count,
            total_micro=item.total_micro,
            left_micro=item.left_micro,
            sources={name: str(micro) for name, micro in item.sources.items()},
            digest=item.digest,
            approval_id=item.approval_id,
            single_operator=item.single_operator,
        )
    )
    session.flush()
    add_payouts(session, payouts)


def next_number(session: Session, principal: Principal) -> int:
    """The number of the next batch of the caller's own book."""
    query = select(func.count()).where(owned(BatchRow, principal))
    return int(session.exec(query).one()) + 1


def batches(
    session: Session, principal: Principal, *, before: int | None = None, limit: int | None = None
) -> tuple[Batch, ...]:
    """The batches of the caller's own book, newest first, those with a number below `before`."""
    query = select(BatchRow).where(owned(BatchRow, principal))
    if before is not None:
        query = query.where(col(BatchRow.number) < before)
    papers = defer(BatchRow.sealed_file), defer(BatchRow.sealed_list)  # type: ignore[arg-type]
    ordered = query.options(*papers).order_by(col(BatchRow.number).desc()).limit(limit)
    return tuple(_batch(row) for row in session.exec(ordered))


def found_in(
    session: Session,
    principal: Principal,
    batch_ids: Collection[str],
    states: Sequence[PayoutState],
) -> dict[str, frozenset[PayoutState]]:
    """Which of these states payouts of each of these batches of the caller's own book are in."""
    query = (
        select(PayoutRow.batch_id, PayoutRow.state)
        .join(BatchRow, col(BatchRow.id) == col(PayoutRow.batch_id))
        .where(
            checked(col(BatchRow.tenant_id)) == principal.tenant_id,
            col(PayoutRow.batch_id).in_(batch_ids),
            col(PayoutRow.state).in_(list(states)),
        )
        .distinct()
    )
    found: dict[str, frozenset[PayoutState]] = {}
    for batch_id, state in session.exec(query):
        found[batch_id] = found.get(batch_id, frozenset()) | {PayoutState(state)}
    return found


def came_back(
    session: Session, principal: Principal, batch_ids: Collection[str]
) -> dict[str, CameBack]:
    """What came back of each of these batches of the caller's own book of which anything did."""
    query = (
        select(PayoutRow.batch_id, func.count(), func.sum(PayoutRow.amount_micro))
        .join(BatchRow, col(BatchRow.id) == col(PayoutRow.batch_id))
        .where(
            checked(col(BatchRow.tenant_id)) == principal.tenant_id,
            col(PayoutRow.batch_id).in_(batch_ids),
            PayoutRow.state == PayoutState.RETURNED.value,
        )
        .group_by(col(PayoutRow.batch_id))
    )
    return {name: CameBack(count, micro) for name, count, micro in session.exec(query)}


def get_batch(session: Session, principal: Principal, batch_id: str) -> Batch:
    """One batch of the caller's own book; raises `NotFound`."""
    return _batch(_batch_row(session, principal, batch_id))


def sealed_of(
    session: Session, principal: Principal, batch_id: str
) -> tuple[bytes | None, bytes | None]:
    """The sealed file and the sealed list of a batch; None where there is none."""
    row = _batch_row(session, principal, batch_id)
    return row.sealed_file, row.sealed_list


def save_decision(
    session: Session,
    principal: Principal,
    item: Batch,
    *,
    sealed_file: bytes | None = None,
    sealed_list: bytes | None = None,
) -> None:
    """Keep what became of a batch, with the bytes that go to the bank."""
    row = _batch_row(session, principal, item.id)
    row.state, row.sha256, row.sent_at = item.state, item.sha256, item.sent_at
    row.single_operator = item.single_operator
    row.sealed_file, row.sealed_list = sealed_file, sealed_list
    session.add(row)
    session.flush()


def _batch_row(session: Session, principal: Principal, batch_id: str) -> BatchRow:
    query = select(BatchRow).where(col(BatchRow.id) == batch_id, owned(BatchRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such batch.", next_step="List them: ebenbild payout list")
    return row


def _batch(row: BatchRow) -> Batch:
    return Batch(
        id=row.id,
        tenant_id=row.tenant_id,
        number=row.number,
        kind=BatchKind(row.kind),
        currency=row.currency,
        state=BatchState(row.state),
        execute_on=row.execute_on,
        account_id=row.account_id,
        count=row.count,
        total_micro=row.total_micro,
        left_micro=row.left_micro,
        sources={name: int(micro) for name, micro in row.sources.items()},
        digest=row.digest,
        approval_id=row.approval_id,
        sha256=row.sha256,
        single_operator=row.single_operator,
        recorded_at=row.recorded_at,
        sent_at=row.sent_at,
    )
