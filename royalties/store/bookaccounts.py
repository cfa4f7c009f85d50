"""The bank accounts that a book pays from, version by version."""

from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import owned
from royalties.models_payouts import BookAccount
from royalties.store.payouttables import BookAccountRow


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
    query = select(BookAccountRow).where(owned(BookAccountRow, principal))
    rows = session.exec(query.order_by(col(BookAccountRow.version)))
    return {row.whose: _account(row) for row in rows}


def account(session: Session, principal: Principal, account_id: str) -> BookAccount:
    """One version of an account of the caller's own book."""
    query = select(BookAccountRow).where(
        col(BookAccountRow.id) == account_id, owned(BookAccountRow, principal)
    )
    return _account(session.exec(query).one())


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
