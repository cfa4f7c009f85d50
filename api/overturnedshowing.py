"""The count of overturned decisions, as its page and its table for other programs show it."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.principal import Principal, holds
from registry.overturning import Fate, Tally, says, tallies, together
from registry.service.overturned import words_since

SINCE = timedelta(days=365)
FATES = (Fate.SECOND, Fate.OTHER_SIDE, Fate.TAKEN_BACK)
COLUMNS = ("month", "part", "band", "decided", "confirmed", *(fate.value for fate in FATES))


def show(session: Session, principal: Principal, now: datetime) -> dict[str, Any]:
    """The last year by month, and what each band of scores says over all of it."""
    months = counted(session, principal, now)
    return {
        "months": months,
        "bands": [(each, says(each)) for each in together(months)],
        "decided": sum(each.decided for each in months),
        "overturned": sum(each.overturned for each in months),
        "everybody": holds(principal, "admin"),
        "columns": COLUMNS,
        "fates": FATES,
    }


def counted(session: Session, principal: Principal, now: datetime) -> tuple[Tally, ...]:
    """The last year's words by month, part and band."""
    return tallies(words_since(session, principal, now - SINCE))


def as_csv(months: tuple[Tally, ...]) -> str:
    """The same as RFC 4180; `band` is the number of searches of which at most one is that sure."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for each in months:
        fates = [each.fates[fate] for fate in FATES]
        table.writerow(
            [each.month, each.modality.value, each.band, each.decided, each.confirmed, *fates]
        )
    return out.getvalue()
