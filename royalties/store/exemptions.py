"""Certificates of exemption that a book holds: less tax is withheld, once two people agreed."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned
from royalties.models import Ratio
from royalties.withholding import HeldExemption

_IDS_MAX = 500


class ExemptionRow(Owned, table=True):
    """Table of certificates; a book's own, because each is given to one payer about one payee."""

    __tablename__ = "tax_exemption"
    __table_args__ = (
        append_only(
            "sealed_certificate",
            "granted_at",
            guards=(
                guard(
                    "tax_exemption_granted",
                    "UPDATE OF granted_at ON tax_exemption",
                    when="OLD.granted_at IS NOT NULL",
                    says="an exemption is granted once",
                ),
            ),
        ),
    )

    payee_id: str = Field(index=True)
    sealed_certificate: bytes
    numerator: int
    denominator: int
    valid_from: date
    valid_until: date
    approval_id: str
    granted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add(session: Session, item: HeldExemption) -> None:
    """Store a certificate that waits for its second person."""
    session.add(
        ExemptionRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            payee_id=item.payee_id,
            sealed_certificate=item.sealed,
            numerator=item.rate.numerator,
            denominator=item.rate.denominator,
            valid_from=item.valid_from,
            valid_until=item.valid_until,
            approval_id=item.approval_id,
            granted_at=item.granted_at,
        )
    )
    session.flush()


def get(session: Session, principal: Principal, exemption_id: str) -> HeldExemption:
    """One certificate of the caller's own book; raises `NotFound`."""
    return _held(_row(session, principal, exemption_id))


def grant(session: Session, principal: Principal, exemption_id: str, *, at: datetime) -> None:
    """Let a certificate of the caller's own book count."""
    row = _row(session, principal, exemption_id)
    row.granted_at = at
    session.add(row)
    session.flush()


def list_all(session: Session, principal: Principal) -> tuple[HeldExemption, ...]:
    """The certificates of the caller's own book, newest first."""
    query = select(ExemptionRow).where(owned(ExemptionRow, principal))
    rows = session.exec(query.order_by(col(ExemptionRow.recorded_at).desc(), col(ExemptionRow.id)))
    return tuple(_held(row) for row in rows)


def granted(
    session: Session, _capability: SearchCapability, book: str, payee_ids: Iterable[str]
) -> tuple[HeldExemption, ...]:
    """What a book holds and two people agreed to about these payees, oldest first."""
    wanted = sorted(set(payee_ids))
    found: list[HeldExemption] = []
    for start in range(0, len(wanted), _IDS_MAX):
        query = select(ExemptionRow).where(
            col(ExemptionRow.tenant_id) == book,
            col(ExemptionRow.payee_id).in_(wanted[start : start + _IDS_MAX]),
            col(ExemptionRow.granted_at).is_not(None),
        )
        rows = session.exec(query.order_by(col(ExemptionRow.granted_at), col(ExemptionRow.id)))
        found += [_held(row) for row in rows]
    return tuple(found)


def _row(session: Session, principal: Principal, exemption_id: str) -> ExemptionRow:
    query = select(ExemptionRow).where(
        col(ExemptionRow.id) == exemption_id, owned(ExemptionRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(
            "There is no such certificate.", next_step="List them: ebenbild payout exemptions"
        )
    return row


def _held(row: ExemptionRow) -> HeldExemption:
    return HeldExemption(
        id=row.id,
        tenant_id=row.tenant_id,
        payee_id=row.payee_id,
        sealed=row.sealed_certificate,
        rate=Ratio(row.numerator, row.denominator),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        approval_id=row.approval_id,
        recorded_at=row.recorded_at,
        granted_at=row.granted_at,
    )
