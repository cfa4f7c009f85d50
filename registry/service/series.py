"""Declarations made once for a series, a season or an episode, and what cuts inherit of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.db import next_seq
from core.ids import new_id
from core.principal import Principal, require
from registry.declaration import check_for_works
from registry.inheriting import effective, inherited
from registry.models.evidence import SubmissionState
from registry.models.works import Declaration, Work
from registry.service.uses import refresh_uses
from registry.service.works import work_path
from registry.store import scans, series, submissions, works

SCOPE = "submissions"


def declare_work(
    session: Session,
    principal: Principal,
    work_id: str,
    data: Mapping[str, object],
    *,
    now: datetime,
) -> tuple[str, ...]:
    """Record what holds for everything below a work; an empty declaration takes it back.

    Returns the scanned submissions whose declaration that changes. Raises `NotFound` for another
    tenant's work, `BadInput` for what cannot be read or leaves a cut below without a declaration.
    """
    # Load.
    require(principal, SCOPE)
    works.get_work(session, principal, work_id)
    # Decide.
    check_for_works(data)
    # Save.
    series.add_declaration(
        session,
        principal,
        work_id,
        data,
        declaration_id=new_id("wdc"),
        seq=next_seq(session),
        at=now,
    )
    changed = []
    for cut_id in works.cuts_below(session, principal, work_id):
        submission_id = _inherit(session, principal, cut_id, now=now)
        changed += [] if submission_id is None else [submission_id]
    return tuple(changed)


def work_declaration(session: Session, principal: Principal, work_id: str) -> dict[str, Any]:
    """What a work itself declares now; empty where it never did. Raises `NotFound`."""
    require(principal, SCOPE)
    works.get_work(session, principal, work_id)
    return series.declaration_of(session, principal, work_id) or {}


def declared_for(
    session: Session, principal: Principal, cut_id: str, own: Mapping[str, object]
) -> Declaration:
    """What holds for a cut that itself declares `own`; raises `BadInput` naming what is missing."""
    return effective(_above(session, principal, cut_id), own)


def inherited_by(session: Session, principal: Principal, cut_id: str) -> dict[str, object]:
    """What the works above a cut declare for it together. Raises `NotFound`."""
    require(principal, SCOPE)
    return inherited(_above(session, principal, cut_id))


def inherited_under(session: Session, principal: Principal, work_id: str) -> dict[str, object]:
    """What a work and those above it declare for every cut below it. Raises `NotFound`."""
    require(principal, SCOPE)
    path = [work_id, *works.parents(session, principal, work_id)]
    return inherited(_declared_by(session, principal, path))


def declared_on(
    session: Session, principal: Principal, work_id: str
) -> tuple[tuple[Work, dict[str, Any]], ...]:
    """What a work and those above it declare themselves, the topmost first. Raises `NotFound`."""
    require(principal, SCOPE)
    path = [work_id, *works.parents(session, principal, work_id)]
    return tuple(
        (
            works.get_work(session, principal, each),
            series.declaration_of(session, principal, each) or {},
        )
        for each in reversed(path)
    )


def _above(session: Session, principal: Principal, cut_id: str) -> list[dict[str, Any]]:
    return _declared_by(session, principal, work_path(session, principal, cut_id))


def _declared_by(
    session: Session, principal: Principal, path: Sequence[str]
) -> list[dict[str, Any]]:
    """What the works of a path that leads upwards declare, the topmost first."""
    parts = [series.declaration_of(session, principal, work_id) for work_id in reversed(path)]
    return [part for part in parts if part is not None]


def is_declared_above(session: Session, principal: Principal, cut_id: str) -> bool:
    """Whether any work above a cut declares anything."""
    path = work_path(session, principal, cut_id)
    return any(series.declaration_of(session, principal, work_id) for work_id in path)


def _inherit(session: Session, principal: Principal, cut_id: str, *, now: datetime) -> str | None:
    """Declare the newest submission of a cut anew; its id if it was scanned and that differs."""
    newest = submissions.newest_of_cut(session, principal, cut_id)
    if newest is None:
        return None
    submission, own = newest
    if own is None:
        return None
    declared = declared_for(session, principal, cut_id, own)
    if declared == submission.declaration:
        return None
    submissions.add_declaration(
        session,
        principal,
        submission.id,
        declared,
        declaration_id=new_id("dcl"),
        seq=next_seq(session),
        at=now,
        own=own,
    )
    scan = scans.newest_done(session, principal, cut_id)
    if scan is not None and scan.submission_id == submission.id:
        refresh_uses(session, principal, scan, now=now)
    return submission.id if submission.state is SubmissionState.SCANNED else None
