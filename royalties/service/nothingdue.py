"""Why accruing found nothing to book: no usage, no decision, or nobody who is due anything."""

from collections.abc import Sequence

from sqlmodel import Session

from core.principal import Principal
from licensing.service.clearances import clearances_of_cuts
from royalties.models import AccrualReport
from royalties.store.usage import cuts_reported

NO_USAGE, NOT_CLEARED, NOBODY_DUE = "no-usage", "not-cleared", "nobody-due"
_CUTS_AT_ONCE = 200


def is_empty(report: AccrualReport) -> bool:
    """Whether a report says nothing at all, not even why a use earned nothing."""
    return not any((report.new, report.unchanged, report.reversed, report.skipped, report.kept))


def why(session: Session, principal: Principal, cut_ids: Sequence[str]) -> str:
    """The code of what is missing first of these cuts."""
    reported = frozenset(cuts_reported(session, principal))
    used = [one for one in cut_ids if one in reported]
    if not used:
        return NO_USAGE
    pages = (used[at : at + _CUTS_AT_ONCE] for at in range(0, len(used), _CUTS_AT_ONCE))
    decided = any(clearances_of_cuts(session, principal, some) for some in pages)
    return NOBODY_DUE if decided else NOT_CLEARED
