"""Estimating what nobody reported: lines by rule, which any report of the cut and month outranks.

The next accrual after a report then takes back what its estimate had earned.
"""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import BadInput
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from core.usagesettings import UsageSettings
from royalties.estimating import Estimated, estimate, months_of, rule_for
from royalties.models import ImportReport, Origin, UsageLine
from royalties.models_usage import Estimate
from royalties.service.books import collector
from royalties.service.lacking import Title, days_over, titles
from royalties.service.periods import check_month
from royalties.store import intake, screened
from royalties.store import missing as store

ESTIMATED = "usage.estimated"


def estimate_month(
    session: Session, principal: Principal, month: str, *, terms: UsageSettings, now: datetime
) -> tuple[Estimate, ...]:
    """Estimate what is missing of a month, as who collects; from others nothing.

    What was estimated before stays. Raises `BadInput` before the term is over.
    """
    require(principal, "usage")
    if days_over(month, now) < terms.estimate_days:
        raise BadInput(
            f"Reports of {month} may still come.",
            next_step=f"Estimate from {terms.estimate_days} days after its end on.",
        )
    if principal.tenant_id != collector(session):
        return ()
    return estimate_all(session, principal, month, now=now)


def estimate_all(
    session: Session, principal: Principal, month: str, *, now: datetime
) -> tuple[Estimate, ...]:
    """Estimate every title of a month that was not yet, in the principal's book."""
    capability = SearchCapability("missing-reports", month)
    made: list[Estimate] = []
    import_id = new_id("imp")
    for title in titles(session, capability, month):
        if not store.estimates_of(session, capability, month, [title.cut_id]):
            made.append(_estimate(session, principal, title, month, import_id=import_id, at=now))
    if not made:
        return ()
    lines = sum(len(one.lines) for one in made)
    _keep_import(session, principal, import_id, lines, at=now)
    details = {"month": month, "titles": str(len(made)), "lines": str(lines)}
    audit.record(
        session, principal, action=ESTIMATED, subject_id=import_id, details=details, now=now
    )
    return tuple(made)


def list_estimates(
    session: Session, principal: Principal, month: str, *, after: str = ""
) -> tuple[tuple[Estimate, tuple[UsageLine, ...], bool], ...]:
    """Estimates of a month with their lines, and whether they still count."""
    require(principal, "usage")
    check_month(month)
    found = store.list_estimates(session, principal, month, after=after)
    capability = SearchCapability("estimates", month)
    ids = [name for one in found for name in one.lines]
    lines = screened.lines_by_id(session, capability, ids)
    standing = screened.counting(session, capability, ids)
    return tuple(
        (one, tuple(lines[name] for name in one.lines), set(one.lines) <= standing) for one in found
    )


def _estimate(
    session: Session,
    principal: Principal,
    title: Title,
    month: str,
    *,
    import_id: str,
    at: datetime,
) -> Estimate:
    made = _reckoned(session, title, month)
    intake.add_lines(
        session,
        principal,
        made.rows,
        import_id=import_id,
        owners={title.cut_id: title.licensee_id},
        at=at,
        origin=Origin.ESTIMATE,
    )
    kept = Estimate(
        tenant_id=principal.tenant_id,
        licensee_id=title.licensee_id,
        cut_id=title.cut_id,
        month=month,
        rule_id=made.rule_id,
        months=made.months,
        inputs=made.inputs,
        lines=tuple(intake.line_ids([row.content_hash for row in made.rows])),
        recorded_at=at,
    )
    store.add_estimate(session, kept)
    return kept


def _reckoned(session: Session, title: Title, month: str) -> Estimated:
    """By the lines that count in the months of the mean, whoever reported them."""
    capability = SearchCapability("estimates", title.cut_id)
    reported = screened.months_reported(session, capability, title.cut_id)
    months = months_of(rule_for(month), month, reported)
    lines = screened.lines_of_months(session, capability, title.cut_id, months)
    return estimate(title.cut_id, month, lines, title.territories)


def _keep_import(
    session: Session, principal: Principal, import_id: str, lines: int, *, at: datetime
) -> None:
    made = ImportReport(import_id, "", None, lines, lines, 0, 0, 0, (), (), form="estimate")
    intake.add_import(session, principal, made, at=at)
