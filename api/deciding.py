"""Decides on a submission and books what follows from it, wherever the occasion comes from.

A finished scan, a late match, a person's word, a corrected declaration and a revoked licence all
end here, most in the transaction of their cause. It needs no media and no search, so requests may
do it too.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from core import jobs
from core.clock import utc_now
from core.ids import new_id
from core.principal import Principal, SearchCapability, system
from licensing.cutacts import Act, CutAct
from licensing.models import Licence, LicenceState
from licensing.models_clearance import Clearance
from licensing.models_suspension import Suspension
from licensing.service import (
    certificatestates,
    cutacts,
    pauses,
    requests,
    staydown,
    suspensions,
    terminations,
)
from licensing.service.clearances import (
    clear,
    decided_under,
    list_clearances,
    resting_on,
    waiting_for,
)
from licensing.service.licenceacts import revoke_licence
from licensing.service.licences import get_licence
from licensing.service.scopes import below
from licensing.termination import Termination
from registry.models.evidence import Submission, SubmissionState
from registry.models.figures import Answer
from registry.models.works import KindOfUse
from registry.service import figures, series
from registry.service.figures import Question
from royalties.service.accruals import accrue

DECIDE_JOB = "decide"
REVISE_JOB = "revise"


def clear_and_accrue(session: Session, principal: Principal, submission_id: str) -> Clearance:
    """Decide on the submission, and book what the usage reported so far makes of that."""
    now = utc_now()
    clearance = clear(session, principal, submission_id, now=now)
    certificatestates.watch(session, system(clearance.tenant_id), submission_id, now=now)
    accrue(session, principal, clearance.id, now=now)
    return clearance


def revoke(session: Session, caller: Principal, licence_id: str, reason: str) -> Licence:
    """End a licence, and have every decision that rests on it or on what is below it made anew.

    They may be many, and they are the studio's: each is a job of its own.
    """
    licence = revoke_licence(session, caller, licence_id, reason, now=utc_now())
    for below_id, licensee_id in below(session, licence):
        studio = system(licensee_id)
        queue(session, studio, resting_on(session, studio, below_id), licence.id)
    return licence


def terminate(session: Session, caller: Principal, licence_id: str) -> Termination:
    """Give notice, and have every decision that rests on the licence made anew."""
    notice = terminations.terminate(session, caller, licence_id, now=utc_now())
    licence = get_licence(session, caller, licence_id)
    for below_id, licensee_id in below(session, licence):
        for submission_id in resting_on(session, system(licensee_id), below_id):
            jobs.enqueue(
                session,
                system(licensee_id),
                kind=DECIDE_JOB,
                subject_key=f"{submission_id}:{licence_id}:{notice.seq}",
                payload={"submission_id": submission_id},
            )
    return notice


def suspend(
    session: Session,
    caller: Principal,
    group_id: str,
    *,
    clause: str,
    kinds: Collection[KindOfUse],
    since: datetime | None,
) -> Suspension:
    """Suspend consent, and have a worker find out which decisions that changes."""
    item = suspensions.suspend(
        session, caller, group_id, clause=clause, kinds=kinds, since=since, now=utc_now()
    )
    _revise(session, caller, item)
    return item


def lift(
    session: Session, caller: Principal, suspension_id: str, *, at: datetime | None
) -> Suspension:
    """End a suspension, and have a worker find out which decisions that changes."""
    item = suspensions.lift(session, caller, suspension_id, at=at, now=utc_now())
    _revise(session, caller, item)
    return item


def pause(
    session: Session,
    caller: Principal,
    performer_id: str,
    *,
    kinds: Collection[KindOfUse],
    since: datetime | None,
    until: datetime | None,
) -> Suspension:
    """Suspend one performer's consent, and decide anew what rests on it."""
    item = pauses.begin(
        session, caller, performer_id, kinds=kinds, since=since, until=until, now=utc_now()
    )
    _revise_own(session, caller, item)
    return item


def resume(session: Session, caller: Principal, pause_id: str, note: str = "") -> Suspension:
    """End a performer's pause, and decide anew what stood still."""
    item = pauses.lift(session, caller, pause_id, note=note, now=utc_now())
    _revise_own(session, caller, item)
    return item


def _revise_own(session: Session, caller: Principal, item: Suspension) -> None:
    found = {
        (licence.terms.licensee_id, submission_id)
        for licence in pauses.concerned(session, caller, item, at=utc_now())
        for submission_id in decided_under(session, system(licence.terms.licensee_id), licence.id)
    }
    for licensee_id, submission_id in sorted(found):
        cause = f"{item.id}:{item.lifted_seq or item.since_seq}"
        queue(session, system(licensee_id), [submission_id], cause)


def revise(session: Session, suspension_id: str, tenant_id: str) -> int:
    """Queue each decision that a suspension or its end may change; returns how many."""
    item = suspensions.get_suspension(session, system(tenant_id), suspension_id)
    found = {
        (licensee_id, submission_id)
        for licence_id, licensee_id in suspensions.licences_concerned(session, item, at=utc_now())
        for submission_id in decided_under(session, system(licensee_id), licence_id)
    }
    for licensee_id, submission_id in sorted(found):
        jobs.enqueue(
            session,
            system(licensee_id),
            kind=DECIDE_JOB,
            subject_key=f"{submission_id}:{item.id}:{item.lifted_seq or item.since_seq}",
            payload={"submission_id": submission_id},
        )
    return len(found)


def granted(session: Session, licence: Licence) -> None:
    """Close the request that a signed licence came of, and decide anew what lacked it.

    No medium is scanned again: a worker decides on what was found before.
    """
    if licence.state is not LicenceState.SIGNED:
        return  # somebody else has to sign too
    request = requests.note_signed(session, licence, now=utc_now())
    studio = system(licence.terms.licensee_id)
    found = set(waiting_for(session, studio, licence.terms.performer_id))
    if request is not None and request.submission_id is not None:
        found.add(request.submission_id)
    queue(session, studio, sorted(found), f"{licence.id}:granted")


def _revise(session: Session, caller: Principal, item: Suspension) -> None:
    jobs.enqueue(
        session,
        system(caller.tenant_id),
        kind=REVISE_JOB,
        subject_key=f"{item.id}:{item.lifted_seq or item.since_seq}",
        payload={"suspension_id": item.id},
    )


def act_on_cut(
    session: Session, caller: Principal, licence_id: str, cut_id: str, act: Act
) -> CutAct:
    """Record what a party says about one cut, and have the cut decided anew."""
    made = cutacts.act_on_cut(session, caller, licence_id, cut_id, act, now=utc_now())
    studio = system(get_licence(session, caller, licence_id).terms.licensee_id)
    newest = list_clearances(session, studio, cut_id=cut_id, limit=1)
    queue(session, studio, [item.submission_id for item in newest], made.id)
    return made


def answer_figure(
    session: Session,
    caller: Principal,
    figure_id: str,
    answer: Answer,
    *,
    reference: str,
    performer_id: str,
) -> Question:
    """Keep who a figure is, and have every cut that shows it decided anew."""
    made, concerned = figures.answer_figure(
        session,
        caller,
        figure_id,
        answer,
        reference=reference,
        performer_id=performer_id,
        now=utc_now(),
    )
    queue(session, system(caller.tenant_id), concerned, made.id)
    return figures.question(session, caller, figure_id)


def merge_figures(session: Session, caller: Principal, figure_id: str, into: str) -> Question:
    """Make two figures one, and have every cut that shows the first decided anew."""
    made, concerned = figures.merge_figures(session, caller, figure_id, into, now=utc_now())
    queue(session, system(caller.tenant_id), concerned, made.id)
    return figures.question(session, caller, into)


def split_figure(
    session: Session, caller: Principal, figure_id: str, trace_ids: Collection[str]
) -> Question:
    """Make some sightings a figure of their own, and have their cuts decided anew."""
    made, concerned = figures.split_figure(session, caller, figure_id, trace_ids, now=utc_now())
    queue(session, system(caller.tenant_id), concerned, made.figure.id)
    return made


def declare_work(
    session: Session, caller: Principal, work_id: str, data: Mapping[str, object]
) -> tuple[str, ...]:
    """Keep what holds for a whole work, and have what it changes below decided anew."""
    changed = series.declare_work(session, caller, work_id, data, now=utc_now())
    queue(session, system(caller.tenant_id), changed, f"{work_id}:{new_id('dcl')}")
    return changed


def heed_change(session: Session, caller: Principal, performer_id: str, cause: str) -> None:
    """Decide anew wherever a recording noticed for this performer was handed in."""
    capability = SearchCapability("stay-down", performer_id)
    for item in staydown.concerned(session, capability, performer_id):
        queue(session, system(item.tenant_id), [item.submission_id], cause)


def decide_if_scanned(session: Session, caller: Principal, submission: Submission) -> None:
    """Decide anew where there is something to decide on."""
    if submission.state is SubmissionState.SCANNED:
        clear_and_accrue(session, system(caller.tenant_id), submission.id)


def queue(session: Session, studio: Principal, submission_ids: Iterable[str], cause: str) -> None:
    """Have each of these submissions of one studio decided anew, by a worker."""
    for submission_id in submission_ids:
        jobs.enqueue(
            session,
            studio,
            kind=DECIDE_JOB,
            subject_key=f"{submission_id}:{cause}",
            payload={"submission_id": submission_id},
        )
