"""Reports that are missing: listed, reminded of by level, and estimated once the term is over."""

from datetime import datetime, timedelta
from itertools import islice

from sqlmodel import Session

from core.notices import notify
from core.principal import Principal, SearchCapability, require, system
from core.usagesettings import UsageSettings
from royalties.closing import month_after
from royalties.models_usage import Estimate, Missing, Reminded
from royalties.service.books import collector
from royalties.service.estimates import ESTIMATED, estimate_all
from royalties.service.lacking import Title, days_over, first_day, titles
from royalties.store import missing as store
from royalties.unreported import days_since, level_of, months_within, state_of

PAGE_MAX = 200
MISSING = "usage.missing"
_NAMED = 3


def list_missing(
    session: Session,
    principal: Principal,
    month: str,
    *,
    terms: UsageSettings,
    now: datetime,
    after: str = "",
) -> tuple[Missing, ...]:
    """Titles without a report of a month, by cut, a page at a time; who collects sees everybody's.

    Raises `BadInput` for what is no month, or none that is over.
    """
    require(principal, "usage")
    days = days_over(month, now)
    book = collector(session)
    capability = SearchCapability("missing-reports", month)
    asker = capability if principal.tenant_id == book else principal
    found = list(islice(titles(session, asker, month, after), PAGE_MAX))
    known = store.estimates_of(session, asker, month, [one.cut_id for one in found])
    told = store.levels(session, capability, month)
    return tuple(
        _missing(one, month, days, told.get(one.licensee_id, 0), known.get(one.cut_id), terms=terms)
        for one in found
    )


def remind(
    session: Session, principal: Principal, *, terms: UsageSettings, now: datetime
) -> tuple[Reminded, ...]:
    """Remind every licensee whose next level is due, as who collects; from others nothing.

    Only until a month is estimated. A level is told once; one that was missed is not made up for.
    """
    require(principal, "usage")
    if principal.tenant_id != collector(session):
        return ()
    months = months_within(now, terms.estimate_days - 1)
    found = [remind_of(session, principal.tenant_id, one, terms=terms, now=now) for one in months]
    return tuple(one for some in found for one in some)


def remind_of(
    session: Session, book: str, month: str, *, terms: UsageSettings, now: datetime
) -> tuple[Reminded, ...]:
    """Remind of one month; returns what was sent."""
    level = level_of(days_since(month, now), terms.remind_days)
    capability = SearchCapability("missing-reports", month)
    if level == 0:
        return ()
    told = store.levels(session, capability, month)
    lacking: dict[str, list[str]] = {}
    for one in titles(session, capability, month):
        if told.get(one.licensee_id, 0) < level:
            lacking.setdefault(one.licensee_id, []).append(one.cut_id)
    sent = []
    for licensee, cuts in sorted(lacking.items()):
        sent.append(Reminded(licensee, month, level, len(cuts)))
        _tell(session, book, sent[-1], cuts, terms=terms, now=now)
    return tuple(sent)


def tend(session: Session, *, month: str, terms: UsageSettings, now: datetime) -> None:
    """Do for a month what is due by the clock, each step once.

    By itself nothing is estimated that the clock has not reminded of before.
    """
    book = collector(session)
    days = days_since(month, now)
    level = level_of(days, terms.remind_days)
    if days >= terms.estimate_days:
        step = ESTIMATED
    elif level:
        step = f"{MISSING}.{level}"
    else:
        return
    if store.is_swept(session, book, month, step):
        return
    if step == ESTIMATED:
        told = [f"{MISSING}.{number}" for number in range(1, len(terms.remind_days) + 1)]
        if not any(store.is_swept(session, book, month, one) for one in told):
            return
        estimate_all(session, system(book), month, now=now)
    else:
        remind_of(session, book, month, terms=terms, now=now)
    store.add_sweep(session, book, month, step, at=now)


def _missing(
    title: Title,
    month: str,
    days: int,
    level: int,
    known: Estimate | None,
    *,
    terms: UsageSettings,
) -> Missing:
    state = state_of(days, level, estimated=known is not None, never_days=terms.never_days)
    lines = known.lines if known else ()
    return Missing(title.cut_id, title.licensee_id, month, days, level, state, lines)


def _tell(
    session: Session,
    book: str,
    item: Reminded,
    cuts: list[str],
    *,
    terms: UsageSettings,
    now: datetime,
) -> None:
    name = store.add_reminder(
        session, book, item.licensee_id, item.month, level=item.level, titles=item.titles, at=now
    )
    by = first_day(month_after(item.month)) + timedelta(days=terms.estimate_days - 1)
    named = ", ".join(cuts[:_NAMED]) + (" ..." if len(cuts) > _NAMED else "")
    facts = {
        "month": item.month,
        "titles": str(item.titles),
        "cuts": named,
        "level": str(item.level),
        "estimated_on": by.date().isoformat(),
    }
    notify(
        session,
        tenant_id=item.licensee_id,
        person=None,
        kind=MISSING,
        subject_id=name,
        facts=facts,
        now=now,
    )
