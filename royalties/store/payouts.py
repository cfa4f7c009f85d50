"""What is asked of payouts and kept of them: batches, what became of each payment, answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, update
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, select

from core.db import visible
from core.errors import NotFound
from core.places import checked
from core.principal import Principal
from fingerprint.models import Reason
from royalties.models_payouts import (
    Batch,
    BatchKind,
    BatchState,
    BookAccount,
    Payout,
    PayoutState,
    Way,
)
from royalties.store.payouttables import AnswerRow, BatchRow, BookAccountRow, PayoutRow

_IDS_MAX = 500


def add_account(session: Session, item: BookAccount) -> None:
    """Store a version of an account."""
    session.add(
        BookAccountRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            whose=item.whose,
            version=item.version,
            name=item.name,
            iban=item.iban,
            bic=item.bic,
        )
    )
    session.flush()


def accounts(session: Session, principal: Principal) -> dict[str, BookAccount]:
    """The newest version of each account of the caller's own book, by whose it is."""
    query = select(BookAccountRow).where(col(BookAccountRow.tenant_id) == principal.tenant_id)
    rows = session.exec(query.order_by(col(BookAccountRow.version)))
    return {row.whose: _account(row) for row in rows}


def account(session: Session, principal: Principal, account_id: str) -> BookAccount:
    """One version of an account of the caller's own book."""
    query = select(BookAccountRow).where(
        col(BookAccountRow.id) == account_id, col(BookAccountRow.tenant_id) == principal.tenant_id
    )
    return _account(session.exec(query).one())


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
    if payouts:
        session.connection().execute(insert(PayoutRow), [_values(one) for one in payouts])


def next_number(session: Session, principal: Principal) -> int:
    """The number of the next batch of the caller's own book."""
    query = select(func.count()).where(col(BatchRow.tenant_id) == principal.tenant_id)
    return int(session.exec(query).one()) + 1


def batches(
    session: Session, principal: Principal, *, before: int | None = None, limit: int | None = None
) -> tuple[Batch, ...]:
    """The batches of the caller's own book, newest first, those with a number below `before`."""
    query = select(BatchRow).where(col(BatchRow.tenant_id) == principal.tenant_id)
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


def payouts_of(
    session: Session,
    principal: Principal,
    batch_id: str,
    *,
    after: str = "",
    limit: int | None = None,
) -> tuple[Payout, ...]:
    """Everything in a batch that the principal may see, by account, from behind `after` on."""
    query = select(PayoutRow).where(
        col(PayoutRow.batch_id) == batch_id,
        col(PayoutRow.account) > after,
        visible(PayoutRow, principal),
    )
    ordered = query.order_by(col(PayoutRow.account)).limit(limit)
    return tuple(_payout(row) for row in session.exec(ordered))


def list_payouts(
    session: Session,
    principal: Principal,
    *,
    states: Collection[PayoutState],
    payee_id: str = "",
    after: str = "",
    limit: int = 500,
) -> tuple[Payout, ...]:
    """Payouts that the principal may see, by id; page on with the last one."""
    query = select(PayoutRow).where(
        visible(PayoutRow, principal),
        col(PayoutRow.state).in_(list(states)),
        col(PayoutRow.id) > after,
    )
    if payee_id:
        query = query.where(col(PayoutRow.payee_id) == payee_id)
    return tuple(
        _payout(row) for row in session.exec(query.order_by(col(PayoutRow.id)).limit(limit))
    )


def by_reference(
    session: Session, principal: Principal, references: Iterable[str]
) -> dict[str, Payout]:
    """Payouts of the caller's own book by their end-to-end ids; unknown ones are left out."""
    wanted = sorted(set(references))
    found: dict[str, Payout] = {}
    for start in range(0, len(wanted), _IDS_MAX):
        query = select(PayoutRow).where(
            col(PayoutRow.tenant_id) == principal.tenant_id,
            col(PayoutRow.end_to_end_id).in_(wanted[start : start + _IDS_MAX]),
        )
        found.update({row.end_to_end_id: _payout(row) for row in session.exec(query)})
    return found


def refusals(session: Session, principal: Principal) -> dict[str, tuple[str, str]]:
    """The details to which the newest decided payout of an account went back, with the code."""
    later = aliased(PayoutRow)
    paid_since = select(later.id).where(
        col(later.account) == col(PayoutRow.account),
        col(later.tenant_id) == col(PayoutRow.tenant_id),
        col(later.state) == PayoutState.SETTLED,
        col(later.changed_at) > col(PayoutRow.changed_at),
    )
    query = select(PayoutRow).where(
        col(PayoutRow.tenant_id) == principal.tenant_id,
        col(PayoutRow.state) == PayoutState.RETURNED,
        ~paid_since.exists(),
    )
    rows = session.exec(query.order_by(col(PayoutRow.changed_at), col(PayoutRow.id)))
    return {row.account: (row.version_id, row.bank_code) for row in rows}


def move(
    session: Session,
    principal: Principal,
    payout_ids: Iterable[str],
    state: PayoutState,
    *,
    at: datetime,
    bank_code: str = "",
) -> None:
    """Say what became of payouts of the caller's own book."""
    wanted = sorted(payout_ids)
    for start in range(0, len(wanted), _IDS_MAX):
        session.connection().execute(
            update(PayoutRow)
            .where(
                col(PayoutRow.tenant_id) == principal.tenant_id,
                col(PayoutRow.id).in_(wanted[start : start + _IDS_MAX]),
            )
            .values(state=state.value, changed_at=at, bank_code=bank_code)
        )
    session.expire_all()


def answer_of(
    session: Session, principal: Principal, sha256: str
) -> tuple[str, str, Mapping[str, int]] | None:
    """Id, form and counts of an answer that the caller's own book took in already."""
    query = select(AnswerRow).where(
        col(AnswerRow.tenant_id) == principal.tenant_id, col(AnswerRow.sha256) == sha256
    )
    row = session.exec(query).first()
    return None if row is None else (row.id, row.form, row.counts)


def add_answer(
    session: Session,
    principal: Principal,
    *,
    answer_id: str,
    sha256: str,
    form: str,
    counts: Mapping[str, int],
    at: datetime,
) -> None:
    """Record that an answer was taken in."""
    session.add(
        AnswerRow(
            id=answer_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            sha256=sha256,
            form=form,
            counts=dict(counts),
        )
    )
    session.flush()


def _batch_row(session: Session, principal: Principal, batch_id: str) -> BatchRow:
    query = select(BatchRow).where(
        col(BatchRow.id) == batch_id, col(BatchRow.tenant_id) == principal.tenant_id
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such batch.", next_step="List them: ebenbild payout list")
    return row


def _values(one: Payout) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant_id": one.tenant_id,
        "audience": one.audience,
        "recorded_at": one.changed_at,
        "batch_id": one.batch_id,
        "account": one.account,
        "payee_id": one.payee_id,
        "version_id": one.version_id,
        "amount_micro": one.amount_micro,
        "currency": one.currency,
        "way": one.way.value,
        "end_to_end_id": one.end_to_end_id,
        "state": one.state.value,
        "reasons": [{"code": why.code, "detail": dict(why.detail)} for why in one.reasons],
        "bank_code": one.bank_code,
        "changed_at": one.changed_at,
    }


def _payout(row: PayoutRow) -> Payout:
    return Payout(
        id=row.id,
        tenant_id=row.tenant_id,
        audience=row.audience,
        batch_id=row.batch_id,
        account=row.account,
        payee_id=row.payee_id,
        version_id=row.version_id,
        amount_micro=row.amount_micro,
        currency=row.currency,
        way=Way(row.way),
        end_to_end_id=row.end_to_end_id,
        state=PayoutState(row.state),
        reasons=tuple(Reason(why["code"], why["detail"]) for why in row.reasons),
        bank_code=row.bank_code,
        changed_at=row.changed_at,
    )


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


def _account(row: BookAccountRow) -> BookAccount:
    return BookAccount(
        id=row.id,
        tenant_id=row.tenant_id,
        whose=row.whose,
        version=row.version,
        name=row.name,
        iban=row.iban,
        bic=row.bic,
        recorded_at=row.recorded_at,
    )
