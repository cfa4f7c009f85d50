"""Table of what whoever collects asks for uses that nobody licensed; append-only, for all to read.

The newest row for a kind of use from a month on counts; one without a tariff ends it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import PUBLIC, Owned
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.works import KindOfUse
from royalties.unlicensed import UnlicensedPrice

_WHOLE = "(tariff_id = '') = (digest = '') AND (tariff_id = '') = (currency = '')"


class UnlicensedPriceRow(Owned, table=True):
    """Table of prices; `use_kind` is empty for any kind, `tariff_id` where it ends."""

    __tablename__ = "unlicensed_price"
    __table_args__ = (
        CheckConstraint(_WHOLE, name="whole"),
        Index("unlicensed_price_book", "tenant_id", "seq"),
        append_only(),
    )

    use_kind: str
    from_period: str
    tariff_id: str
    version: int
    digest: str
    currency: str
    rate_micro: int = Field(sa_type=BigInteger)
    seq: int = Field(unique=True)
    log_index: int


def add(
    session: Session, principal: Principal, price: UnlicensedPrice, *, log_index: int, at: datetime
) -> None:
    """Store a price of the principal's own book."""
    named = price.term.tariff if price.term else None
    session.add(
        UnlicensedPriceRow(
            id=derived_id("unl", principal.tenant_id, str(price.seq)),
            tenant_id=principal.tenant_id,
            audience=PUBLIC,
            recorded_at=at,
            use_kind=price.kind.value if price.kind else "",
            from_period=price.from_period,
            tariff_id=named.id if named else "",
            version=named.version if named else 0,
            digest=named.digest if named else "",
            currency=price.term.currency if price.term else "",
            rate_micro=price.term.rate_micro if price.term else 0,
            seq=price.seq,
            log_index=log_index,
        )
    )
    session.flush()


def of_book(
    session: Session, asker: Principal | SearchCapability, book: str
) -> tuple[UnlicensedPrice, ...]:
    """Every price that a book ever named, in order of `seq`; anybody signed in may read them."""
    query = select(UnlicensedPriceRow).where(col(UnlicensedPriceRow.tenant_id) == book)
    if isinstance(asker, Principal):
        query = query.where(visible(UnlicensedPriceRow, asker))
    rows = session.exec(query.order_by(col(UnlicensedPriceRow.seq)))
    return tuple(_price(row) for row in rows)


def of_books(
    session: Session, asker: Principal | SearchCapability, books: Iterable[str]
) -> dict[str, tuple[UnlicensedPrice, ...]]:
    """The same of several books, by book."""
    return {book: of_book(session, asker, book) for book in books}


def _price(row: UnlicensedPriceRow) -> UnlicensedPrice:
    term = None
    if row.tariff_id:
        ref = TariffRef(row.tariff_id, row.version, row.digest)
        term = TariffTerm(TariffKind.TARIFF, row.rate_micro, row.currency, ref)
    kind = KindOfUse(row.use_kind) if row.use_kind else None
    return UnlicensedPrice(kind, row.from_period, term, row.seq)
