"""The paper behind a transaction that is no claim: its invoice, receipt, run or payout batch."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from royalties.accounts import AccountKind
from royalties.models_books import Paper
from royalties.store.invoices import InvoiceRow
from royalties.store.ledger import EntryRow, TransactionRow
from royalties.store.payouttables import PayoutRow
from royalties.store.receipts import AllocationRow, ReceiptRow
from royalties.store.writeoffs import WriteOffRow


def papers_behind(session: Session, transaction_ids: Collection[str]) -> dict[str, Paper]:
    """The paper of each transaction that has one; a reversal has that of what it takes back.

    What a bank sent back after it had paid, exchanges and adjustments have none.
    """
    done = aliased(TransactionRow)
    whose, sent = aliased(EntryRow), aliased(EntryRow)
    papers = {
        "run": col(done.run_id),
        "invoice": func.coalesce(col(InvoiceRow.id), col(WriteOffRow.invoice_id)),
        "receipt": func.coalesce(col(ReceiptRow.id), col(AllocationRow.receipt_id)),
        "batch": col(PayoutRow.batch_id),
    }
    query = (
        sql_select(col(TransactionRow.id), func.coalesce(col(whose.subject), ""), *papers.values())
        .join(done, col(done.id) == func.coalesce(TransactionRow.reverses_id, TransactionRow.id))
        .outerjoin(InvoiceRow, col(InvoiceRow.id) == col(done.facts_key))
        .outerjoin(ReceiptRow, col(ReceiptRow.id) == col(done.facts_key))
        .outerjoin(AllocationRow, col(AllocationRow.id) == col(done.facts_key))
        .outerjoin(WriteOffRow, col(WriteOffRow.id) == col(done.facts_key))
        .outerjoin(whose, _entry_of(done, whose, AccountKind.ACCRUED))
        .outerjoin(sent, _entry_of(done, sent, AccountKind.IN_TRANSIT))
        .outerjoin(PayoutRow, col(PayoutRow.id) == col(sent.subject))
        .where(col(TransactionRow.id).in_(transaction_ids))
    )
    return {
        row[0]: Paper(name, paper_id, row[1])
        for row in session.connection().execute(query)
        for name, paper_id in zip(papers, row[2:], strict=True)
        if paper_id is not None
    }


def _entry_of(
    done: type[TransactionRow], entry: type[EntryRow], kind: AccountKind
) -> ColumnElement[bool]:
    return and_(col(entry.transaction_id) == col(done.id), col(entry.account_kind) == kind.value)
