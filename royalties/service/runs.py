"""Distribution runs of one's own book: drafted, proposed, decided by a second person, closed.

A draft keeps its lines, so that what the second person approves is what is booked. Where anything
that they rest on may have changed since, every line is planned again before it is booked, and where
one comes out otherwise, the run has to be drafted anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlmodel import Session

from core import approvals, audit, log
from core.db import is_single_operator
from core.errors import BadInput, Broken, Conflict
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from royalties.deadlines import Deadline, calendar
from royalties.models_runs import DroppedFor, Run, RunLine, RunState, Totals
from royalties.runbegin import Wanted, begun
from royalties.runpreview import PerformerPreview, Previews
from royalties.runproof import RunHash, unequal
from royalties.service.clerks import collecting
from royalties.service.periods import check_begun, check_month
from royalties.service.run_booking import book_run, booked_as, released_as
from royalties.service.run_grounds import grounds_of
from royalties.service.run_planning import RunPlanning
from royalties.store import run_lines, runpreviews, runs, unclaimed
from royalties.wire_runs import totals_to_dict

PAGE_MAX = 200
CLOSE = "run.close"
CLOSED = "run.closed"
DECIDERS = frozenset({approvals.ADMIN, "society_approver"})


def draft(
    session: Session, vault: Vault, principal: Principal, wanted: Wanted, *, now: datetime
) -> Run:
    """Plan a run by what is known now, in place of a draft before it; call it in `write()`.

    Raises `Conflict` while a run waits for its decision, for months that a run has begun with, and
    for a final run before two follow-ups; `BadInput` for what are no months, or months to come.
    """
    # Load.
    require(principal, "usage")
    _check(wanted, now)
    collecting(principal)
    known = runs.of_book(session, _capability(principal), principal.tenant_id)
    # Decide.
    run = begun(principal.tenant_id, known, wanted, now=now)
    # Save.
    for old in (one for one in known if one.state is RunState.DRAFT):
        runs.save(session, principal, _dropped(old, DroppedFor.REPLACED))
    planning, previews = RunPlanning(session, vault, run), Previews(run.kind)
    written = 0
    for page in planning.pages():
        told = [(line, booked_as(run, line)) for line in page]
        run_lines.add_lines(session, run.tenant_id, run.id, told, at=now, told=written)
        previews.see(page)
        written += len(page)
    releases = [(one, released_as(run, one)) for one in planning.releases()]
    previews.set_free(one for one, _ in releases)
    run_lines.add_releases(session, run.tenant_id, run.id, releases, at=now)
    runpreviews.add(session, run.tenant_id, run.id, previews.told(), at=now)
    count, run_hash = _hashed(session, run)
    grounds = grounds_of(session, planning)
    made = replace(run, lines=count, run_hash=run_hash, grounds=grounds)
    check(planning.totals)
    runs.add_run(session, made, planning.totals, at=now)
    return made


def propose(session: Session, principal: Principal, run_id: str, *, now: datetime) -> Run:
    """Lay a draft before a second person; proposed again, it is the same proposal."""
    require(principal, "usage")
    run = runs.get_run(session, principal, run_id)
    collecting(principal)
    if run.state is RunState.PROPOSED:
        return run
    if run.state is not RunState.DRAFT:
        raise _not_open(run)
    item = approvals.propose(
        session,
        principal,
        action=CLOSE,
        subject_id=run.id,
        payload=payload_of(run, runs.totals_of(session, principal, run_id)),
        roles=DECIDERS,
        now=now,
    )
    proposed = replace(run, state=RunState.PROPOSED, approval_id=item.id)
    runs.save(session, principal, proposed)
    return proposed


def decide(
    session: Session,
    vault: Vault,
    principal: Principal,
    run_id: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> Run:
    """Close a run that somebody else proposed, or drop it; all of it is booked, or nothing.

    Where a fact that it rests on has changed since it was drafted, it is dropped whatever was
    decided. Raises `Conflict` where nothing was proposed or whoever proposed decides.
    """
    # Load.
    require(principal, "reports")
    run = runs.get_run(session, principal, run_id)
    if run.state is not RunState.PROPOSED or run.approval_id is None:
        raise _not_open(run)
    # Decide.
    approvals.settle(session, principal, run.approval_id, approve=approve, note=note, now=now)
    if not approve or not _is_unchanged(session, vault, run):
        dropped = _dropped(run, DroppedFor.CHANGED if approve else DroppedFor.REJECTED)
        runs.save(session, principal, dropped)
        return dropped
    # Save.
    return _close(session, principal, run, now=now)


def list_runs(
    session: Session,
    principal: Principal,
    *,
    before: int | None = None,
    limit: int | None = None,
) -> tuple[Run, ...]:
    """The runs of one's own book, newest first; page on with the number of the last one."""
    require(principal, "reports")
    return runs.list_runs(session, principal, before=before, limit=limit)


def closed_runs(session: Session, principal: Principal) -> tuple[Run, ...]:
    """Those that are closed."""
    require(principal, "reports")
    return runs.list_runs(session, principal, closed=True)


def family_of(session: Session, principal: Principal, run: Run) -> tuple[Run, ...]:
    """The first run of the same months and all that followed it, this one included."""
    require(principal, "reports")
    return runs.list_runs(session, principal, family_id=run.family_id)


def get_run(session: Session, principal: Principal, run_id: str) -> tuple[Run, dict[str, Totals]]:
    """One run of one's own book and what it comes to; raises `NotFound`."""
    require(principal, "reports")
    return runs.get_run(session, principal, run_id), runs.totals_of(session, principal, run_id)


def lines_of(
    session: Session,
    principal: Principal,
    run_id: str,
    *,
    performer_id: str | None = None,
    of: tuple[str, str] | None = None,
    after: tuple[str, str, str] = ("", "", ""),
    limit: int = PAGE_MAX,
) -> list[RunLine]:
    """A page of the lines of a run that one may see: the whole, or one's own performers'.

    `of` is a part of the run's sums and a currency: the lines that add something to it.
    """
    require(principal, "reports")
    return run_lines.page(
        session, principal, run_id, performer_id=performer_id, of=of, after_key=after, limit=limit
    )


def preview_of(
    session: Session, principal: Principal, run_id: str, *, after: str = "", limit: int = PAGE_MAX
) -> list[PerformerPreview]:
    """A run of one's own book, `limit` performers behind `after`; one preview a currency each."""
    require(principal, "reports")
    run = runs.get_run(session, principal, run_id)
    return runpreviews.page(session, principal, run.id, after=after, limit=limit)


def calendar_of(session: Session, principal: Principal, *, at: datetime) -> tuple[Deadline, ...]:
    """The deadlines of every year in which something of one's own book was earned."""
    require(principal, "reports")
    years = run_lines.years(session, _capability(principal), principal.tenant_id)
    lists = unclaimed.of_book(session, _capability(principal), principal.tenant_id)
    return calendar(years, runs.list_runs(session, principal, closed=True), at, lists)


def payload_of(run: Run, totals: Mapping[str, Totals]) -> Mapping[str, Any]:
    """What is approved of a run, and what the leaf of the public log commits to."""
    return {
        "book": run.tenant_id,
        "run": run.id,
        "kind": run.kind.value,
        "months": [run.first_month, run.last_month],
        "lines": run.lines,
        "hash": run.run_hash,
        "totals": {unit: totals_to_dict(one) for unit, one in sorted(totals.items())},
    }


def check(totals: Mapping[str, Totals]) -> None:
    """Return for a run in which every millionth is told; raise `Broken` otherwise."""
    for unit, one in totals.items():
        missing = unequal(one)
        if missing:
            raise Broken(f"This run does not conserve {unit}: {missing}.")


def _check(wanted: Wanted, now: datetime) -> None:
    """Nothing was earned in a month to come, and a run of it could not be made again."""
    if wanted.follows_id:
        return
    check_begun(wanted.first_month, now)
    check_month(wanted.last_month)
    if wanted.first_month > wanted.last_month:
        raise BadInput("The months are the wrong way round.", next_step="Name the earlier first.")


def _hashed(session: Session, run: Run) -> tuple[int, str]:
    found = RunHash(run.tenant_id, run.kind, (run.first_month, run.last_month), run.follows_id)
    count = 0
    for page in run_lines.texts(session, _of(run), run.id):
        found.told(page)
        count += len(page)
    for one, _ in run_lines.releases(session, _of(run), run.id):
        found.release(one)
    return count, found.hex()


def _is_unchanged(session: Session, vault: Vault, run: Run) -> bool:
    """Whether planning again tells the same; what lines rest on may say so without doing it."""
    planning = RunPlanning(session, vault, run)
    if not run.grounds or grounds_of(session, planning) != run.grounds:
        planning = RunPlanning(session, vault, run)
        if not _tells_the_same_lines(session, planning):
            return False
    kept = [one for one, _ in run_lines.releases(session, _of(run), run.id)]
    return planning.releases() == kept


def _tells_the_same_lines(session: Session, planning: RunPlanning) -> bool:
    """Plan again and compare, one after another as lines were told before."""
    kept = run_lines.told(session, _of(planning.run), planning.run.id)
    same = all(list(islice(kept, len(page))) == page for page in planning.pages())
    return same and next(kept, None) is None


def _close(session: Session, principal: Principal, run: Run, *, now: datetime) -> Run:
    count, found = _hashed(session, run)
    if (count, found) != (run.lines, run.run_hash):
        raise Broken(
            f"Run {run.id} is not what was proposed.",
            next_step="Look for the cause: somebody changed the database past the program.",
        )
    payload = payload_of(run, runs.totals_of(session, principal, run.id))
    item = approvals.require_approved(
        session, CLOSE, run.id, payload, tenant_id=run.tenant_id, now=now
    )
    book_run(session, run, now=now)
    index = log.append(session, kind=CLOSED, subject_id=run.id, payload=payload, at=now)
    audit.record(session, principal, action=CLOSED, subject_id=run.id, details=payload, now=now)
    done = replace(
        run,
        state=RunState.CLOSED,
        closed_at=now,
        log_index=index,
        single_operator=item.single_operator or is_single_operator(session),
    )
    runs.save(session, principal, done)
    return done


def _dropped(run: Run, what_for: DroppedFor) -> Run:
    return replace(run, state=RunState.DROPPED, dropped_for=what_for)


def _capability(principal: Principal) -> SearchCapability:
    return SearchCapability("run", principal.tenant_id)


def _of(run: Run) -> SearchCapability:
    return SearchCapability("run", run.tenant_id)


def _not_open(run: Run) -> Conflict:
    said = f"This run is {run.state}."
    if run.state is RunState.DRAFT:
        return Conflict(said, next_step=f"Propose it first: ebenbild run propose {run.id}")
    return Conflict(said, next_step="Draft a new one: ebenbild run draft ...")
