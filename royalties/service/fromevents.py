"""Counts what players saw in a month as usage lines, as often as asked until the month is settled.

A month that is counted again gives corrections of its own lines, and nothing where nothing came in
between. Once no event of it is taken in any more it is counted for the last time, and the single
events go. Where somebody also reported the cut and month, the report counts and both are listed.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.ids import new_id
from core.principal import Principal, SearchCapability, require, system
from core.usagesettings import UsageSettings
from fingerprint.models import Reason
from royalties.counted import corrects, place_of, rows_of
from royalties.models import ImportReport, Origin, UsageLine, UsageRow
from royalties.models_players import Difference
from royalties.plausibility import busy_device
from royalties.service.periods import check_month
from royalties.service.screening import Screen
from royalties.store import intake, playerevents, playerlines
from royalties.store import missing as sweeps
from royalties.unreported import days_since, last_month

COUNTED = "usage.counted"


@dataclass(frozen=True, slots=True)
class Counted:
    """What counting a month's events gave: new lines, and how many of them wait for a person."""

    month: str
    lines: tuple[str, ...]
    held: int


def count_month(session: Session, principal: Principal, month: str, *, now: datetime) -> Counted:
    """Count the events of one's own players in a month; raises `BadInput` for what is no month."""
    require(principal, "usage")
    check_month(month)
    # Load.
    seen = playerevents.seen(session, principal, month)
    cuts = sorted({one.cut_id for one in seen})
    before: dict[tuple[str, str, str], list[tuple[UsageLine, bool]]] = {}
    for line, gone in playerlines.lines_seen(session, principal, month, cuts):
        before.setdefault(place_of(line), []).append((line, gone))
    # Decide.
    fresh: list[UsageRow] = []
    busy: dict[UsageRow, Reason] = {}
    for one in seen:
        for row in rows_of(one):
            made = corrects(row, before.get(place_of(row), []))
            if made is not None:
                fresh.append(made._replace(line_no=len(fresh) + 1))
                reason = busy_device(one.device_plays, month)
                busy |= {} if reason is None else {fresh[-1]: reason}
    # Save.
    if not fresh:
        return Counted(month, (), 0)
    return _save(session, principal, month, fresh, busy, now=now)


def differences(
    session: Session, principal: Principal, month: str, *, after: str = ""
) -> tuple[Difference, ...]:
    """Cuts that a report and players both tell of, by territory; at most 200 cuts a page."""
    require(principal, "usage")
    check_month(month)
    seen = playerlines.views_seen(session, principal, month, after=after)
    reported = playerlines.views_reported(session, principal, month, list(seen))
    return tuple(
        Difference(
            cut_id,
            place,
            month,
            reported.get(cut_id, {}).get(place, 0),
            views.get(place, 0),
        )
        for cut_id, views in sorted(seen.items())
        for place in sorted({*views, *reported.get(cut_id, {})})
    )


def tend(session: Session, *, now: datetime) -> None:
    """Count each month that has ended once by the clock, for whoever's players saw anything."""
    capability = SearchCapability("player-events", "month-end")
    for tenant_id, month in playerevents.waiting(session, capability, until=last_month(now)):
        if not sweeps.is_swept(session, tenant_id, month, COUNTED):
            count_month(session, system(tenant_id), month, now=now)
            sweeps.add_sweep(session, tenant_id, month, COUNTED, at=now)


def settle(session: Session, *, terms: UsageSettings, now: datetime) -> int:
    """Count for the last time, and let go, months of which no event is taken in any more.

    Returns how many single events went.
    """
    capability = SearchCapability("player-events", "retention")
    gone = 0
    for tenant_id, month in playerevents.waiting(session, capability, until=last_month(now)):
        if days_since(month, now) > terms.late_days:
            owner = system(tenant_id)
            count_month(session, owner, month, now=now)
            gone += playerevents.drop_month(session, owner, month)
    return gone


def _save(
    session: Session,
    principal: Principal,
    month: str,
    fresh: list[UsageRow],
    busy: dict[UsageRow, Reason],
    *,
    now: datetime,
) -> Counted:
    import_id = new_id("imp")
    screen = Screen(import_id, principal.tenant_id, now)
    screen.cuts.update(row.cut_id for row in fresh)
    intake.add_lines(
        session,
        principal,
        fresh,
        import_id=import_id,
        owners=dict.fromkeys(screen.cuts, principal.tenant_id),
        at=now,
        origin=Origin.EVENTS,
    )
    screen.look(session, fresh, busy)
    screen.look_back(session)
    count = len(fresh)
    report = ImportReport(
        import_id, "", None, count, count, 0, 0, 0, (), (), form="events", held=screen.held
    )
    intake.add_import(session, principal, report, at=now)
    details = {"month": month, "lines": str(count)}
    audit.record(session, principal, action=COUNTED, subject_id=import_id, details=details, now=now)
    return Counted(month, tuple(intake.line_ids([row.content_hash for row in fresh])), screen.held)
