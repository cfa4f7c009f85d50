"""What terms on the table would have earned last month, for the sides that negotiate them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require
from licensing.models import Terms
from licensing.service.requestsides import newest_offer, reach
from registry.models.mandates import Act
from registry.service.acting import view
from royalties import preview as rules
from royalties.closing import month_before, month_of
from royalties.preview import Preview
from royalties.service.periods import check_month
from royalties.service.tariffs import agreed_terms, tariffs_pinned
from royalties.store import journal
from royalties.tariffs.times import in_force_in


@dataclass(frozen=True, slots=True)
class Tried:
    """A month under terms; not `in_force` where the tariff they name does not hold in it."""

    terms: Terms
    period: str
    in_force: bool
    found: Preview


def of_request(
    session: Session, principal: Principal, request_id: str, *, period: str = "", now: datetime
) -> Tried:
    """Try the newest offer of a request. Raises as `reach` does, `BadInput` for no month."""
    reached = reach(session, principal, request_id, now=now)
    terms = newest_offer(session, reached.request).terms
    return _try(session, reached.acting, terms, period, now)


def of_terms(
    session: Session, principal: Principal, terms: Terms, *, period: str = "", now: datetime
) -> Tried:
    """Try terms that nobody has offered yet.

    The performer's side sees all its claims priced, a licensee its own. Raises `NotAllowed`
    without the scope `reports`, and as `agreed_terms` does.
    """
    require(principal, "reports")
    side = view(session, principal, terms.performer_id, Act.LICENSE, now=now)
    return _try(session, side, agreed_terms(session, side, terms), period, now)


def _try(session: Session, side: Principal, terms: Terms, period: str, now: datetime) -> Tried:
    month = period or month_before(month_of(now))
    check_month(month)
    claims = journal.of_performer(
        session, side, performer_id=terms.performer_id, earned_period=month
    )
    tariffs = tariffs_pinned(session, side, [terms.tariff])
    return Tried(
        terms=terms,
        period=month,
        in_force=all(in_force_in(tariff, month) for tariff in tariffs.values()),
        found=rules.preview(terms, claims, tariffs),
    )
