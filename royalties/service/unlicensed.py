"""What a collector asks for uses that were found and nobody licensed, from which month on.

Without such a price a use is booked only where the amount of its usage line is divided by points.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import log
from core.db import next_seq
from core.errors import BadTerms, NotAllowed
from core.principal import Principal, require
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.works import KindOfUse
from royalties.agreed import once
from royalties.service.books import collector
from royalties.service.periods import check_month
from royalties.service.tariffs import agreed_price, get_tariff
from royalties.service.usage_intake import COLLECTORS
from royalties.store import unlicensed as store
from royalties.tariffs.models import POOLS
from royalties.unlicensed import UnlicensedPrice

NAMED = "tariff.unlicensed"


def name_price(
    session: Session,
    principal: Principal,
    tariff_id: str,
    *,
    kind: KindOfUse | None,
    from_period: str,
    version: int | None = None,
    rate_micro: int = 0,
    now: datetime,
) -> UnlicensedPrice:
    """Name the tariff for unlicensed uses of a kind from a month on, in one's own book.

    An empty `tariff_id` ends what was named before. Raises `NotAllowed` for who does not collect,
    `NotFound` for the tariff, `BadTerms` for one that prices no single use.
    """
    # Load.
    require(principal, "usage")
    check_month(from_period)
    if principal.tenant_kind not in COLLECTORS:
        raise NotAllowed("Only who collects names this tariff.", next_step="Ask your society.")
    term = _term(session, principal, tariff_id, version, rate_micro) if tariff_id else None
    # Save.
    said = {"kind": kind.value if kind else "", "from": from_period, "tariff": tariff_id}
    if term is not None and term.tariff is not None:
        said |= {"sha256": term.tariff.digest, "rate_micro": str(term.rate_micro)}
    index = log.append(session, kind=NAMED, subject_id=principal.tenant_id, payload=said, at=now)
    price = UnlicensedPrice(kind, from_period, term, next_seq(session))
    store.add(session, principal, price, log_index=index, at=now)
    return price


def list_prices(
    session: Session, principal: Principal, book: str = ""
) -> tuple[UnlicensedPrice, ...]:
    """What a book asked for unlicensed uses over time: that of whoever collects, or another's."""
    return store.of_book(session, principal, book or collector(session))


def _term(
    session: Session, principal: Principal, tariff_id: str, version: int | None, rate_micro: int
) -> TariffTerm:
    item = get_tariff(session, principal, tariff_id, version)
    if item.tariff.kind in POOLS or once(item.tariff) is not None:
        raise BadTerms(
            f"The tariff {tariff_id} prices no single use by its usage line.",
            next_step="Name one by the minute, the view, the day, or by income.",
        )
    ref = TariffRef(item.tariff.id, item.tariff.version, item.digest)
    bare = TariffTerm(TariffKind.TARIFF, rate_micro, item.tariff.currency)
    return agreed_price(session, principal, replace(bare, tariff=ref))
