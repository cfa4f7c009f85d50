"""What a book paid to a sister society, and what the sister's book made of it; no table of its own.

Read by the service for both sides: it tells one book what the other one says, and no more of it.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import Principal, SearchCapability
from core.visibility import visible
from royalties.models_books import Booked, TransactionKind
from royalties.models_payouts import PayoutState
from royalties.models_runs import RunState
from royalties.remitting import Note, PaidRun, Remittance
from royalties.sisterclaims import ABROAD, REASON
from royalties.store import run_lines, runs
from royalties.store.ledger import AccrualRow, TransactionRow
from royalties.store.payouttables import BatchRow, PayoutRow
from royalties.store.runrows import COLUMNS, line_of
from royalties.store.runs import LineRow
from royalties.store.selfbilled import SelfBilledRow

_LEFT = (PayoutState.SENT.value, PayoutState.SETTLED.value, PayoutState.RETURNED.value)


def payments(
    session: Session, _capability: SearchCapability, book: str, payee_id: str, currency: str
) -> list[Remittance]:
    """Every payment of a book to a payee that may have left, in the order of proposing."""
    query = (
        sql_select(
            col(PayoutRow.id),
            col(PayoutRow.end_to_end_id),
            col(PayoutRow.currency),
            col(PayoutRow.amount_micro),
            col(PayoutRow.state),
            col(BatchRow.recorded_at),
            col(PayoutRow.changed_at),
        )
        .join(BatchRow, col(BatchRow.id) == col(PayoutRow.batch_id))
        .where(
            col(PayoutRow.tenant_id) == book,
            col(PayoutRow.payee_id) == payee_id,
            col(PayoutRow.currency) == currency,
            col(PayoutRow.state).in_(_LEFT),
        )
        .order_by(col(BatchRow.recorded_at), col(PayoutRow.id))
    )
    rows = session.connection().execute(query)
    return [Remittance(*row[:4], PayoutState(row[4]), *row[5:]) for row in rows]


def paid_to(
    session: Session, _capability: SearchCapability, payee_id: str
) -> list[tuple[str, str]]:
    """The books that payments to a payee may have left, each with the currency."""
    query = (
        sql_select(col(PayoutRow.tenant_id), col(PayoutRow.currency))
        .distinct()
        .where(col(PayoutRow.payee_id) == payee_id, col(PayoutRow.state).in_(_LEFT))
        .order_by(col(PayoutRow.tenant_id), col(PayoutRow.currency))
    )
    return [(row[0], row[1]) for row in session.connection().execute(query)]


def by_reference(
    session: Session, _capability: SearchCapability, reference: str
) -> tuple[str, str, str, int] | None:
    """Book, payee, currency and amount of the payment that a bank knows by this end-to-end id."""
    query = sql_select(
        col(PayoutRow.tenant_id),
        col(PayoutRow.payee_id),
        col(PayoutRow.currency),
        col(PayoutRow.amount_micro),
    ).where(col(PayoutRow.end_to_end_id) == reference, col(PayoutRow.state).in_(_LEFT))
    row = session.connection().execute(query).first()
    return None if row is None else (row[0], row[1], row[2], row[3])


def closed_runs(
    session: Session, capability: SearchCapability, book: str, payee_id: str, currency: str
) -> list[PaidRun]:
    """The closed runs of a book with lines or releases for a payee in a currency, in order."""
    found = []
    for run in runs.of_book(session, capability, book):
        if run.state is not RunState.CLOSED or run.closed_at is None:
            continue
        query = (
            sql_select(*COLUMNS)
            .where(
                col(LineRow.run_id) == run.id,
                col(LineRow.payee_id) == payee_id,
                col(LineRow.currency) == currency,
            )
            .order_by(col(LineRow.live_key), col(LineRow.outcome))
        )
        lines = [line_of(row) for row in session.connection().execute(query)]
        freed = [
            one
            for one, _ in run_lines.releases(session, capability, run.id)
            if (one.payee_id, one.currency) == (payee_id, currency)
        ]
        if lines or freed:
            found.append(PaidRun(run.id, run.number, run.family_id, run.closed_at, lines, freed))
    return found


def notes(
    session: Session, _capability: SearchCapability, book: str, payee_id: str, currency: str
) -> list[Note]:
    """The self-billed notes of a book to a payee in a currency."""
    query = sql_select(
        col(SelfBilledRow.id),
        col(SelfBilledRow.recorded_at),
        col(SelfBilledRow.vat_micro),
        col(SelfBilledRow.tax),
    ).where(
        col(SelfBilledRow.tenant_id) == book,
        col(SelfBilledRow.payee_id) == payee_id,
        col(SelfBilledRow.currency) == currency,
    )
    rows = session.connection().execute(query.order_by(col(SelfBilledRow.seq)))
    return [Note(row[0], row[1], row[2], str(row[3]["authority"])) for row in rows]


def booked(
    session: Session,
    _capability: SearchCapability,
    book: str,
    of: tuple[str, str],
    *,
    reason: str = REASON,
) -> dict[str, Booked]:
    """The newest accrual of each claim of a book that a payer handed on, by its live key.

    `of` are payer and currency; `reason` tells payers of this registry from those of others.
    """
    return {one.live_key: one for one in _booked(session, book, *of, reason)}


def cuts_abroad(
    session: Session, principal: Principal, performer_id: str, cut_ids: Collection[str]
) -> dict[str, str]:
    """Those of these cuts that claims of a performer from other registries rest on, and who paid.

    Only what the principal may see.
    """
    cut_id = func.json_extract(AccrualRow.pins, "$.cut_id")
    query = (
        sql_select(cut_id, col(AccrualRow.licensee_id))
        .distinct()
        .join(TransactionRow, col(TransactionRow.id) == col(AccrualRow.transaction_id))
        .where(
            visible(TransactionRow, principal),
            col(AccrualRow.performer_id) == performer_id,
            col(TransactionRow.reason) == ABROAD,
            cut_id.in_(cut_ids),
        )
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}


def _booked(
    session: Session, book: str, payer: str, currency: str, reason: str
) -> Iterator[Booked]:
    back = aliased(TransactionRow)
    query = (
        sql_select(
            col(AccrualRow.live_key),
            col(TransactionRow.id),
            col(TransactionRow.facts_key),
            col(AccrualRow.revision),
            col(back.id).is_(None),
            col(TransactionRow.tenant_id),
        )
        .select_from(TransactionRow)
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .outerjoin(back, col(back.reverses_id) == col(TransactionRow.id))
        .where(
            col(TransactionRow.tenant_id) == book,
            col(TransactionRow.kind) == TransactionKind.ACCRUAL.value,
            col(TransactionRow.reason) == reason,
            col(AccrualRow.licensee_id) == payer,
            col(AccrualRow.live_key).endswith(f"/{currency}"),
        )
        .order_by(col(AccrualRow.revision))
    )
    for row in session.connection().execute(query):
        yield Booked(*row[:4], live=bool(row[4]), book=row[5])
