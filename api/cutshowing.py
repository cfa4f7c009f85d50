"""What stands on the page of one cut: the decision, its evidence, and what may be done about it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api import declaring
from api.deciding import DECIDE_JOB
from api.reasonnames import with_names
from api.routes.clearances import in_full
from api.routes.jobs import JobOut
from api.routes.submissions import scan_job
from api.web import squarecode, timeline
from core import jobs
from core.errors import NotFound
from core.principal import Principal
from licensing.asking import missing
from licensing.certificate import page_url
from licensing.models_clearance import Clearance
from licensing.models_requests import RequestState
from licensing.negotiation import state_at
from licensing.released import may_stay_out
from licensing.service import certificates, clearances, licences
from licensing.service.knownperformers import known_performers
from licensing.service.requestsides import list_requests
from registry.declaration import to_dict
from registry.models.evidence import Submission, SubmissionState
from registry.models.works import Cut, Work
from registry.service import characters, scans, series, submissions, works

HISTORY_MAX = 20
UNDER_WAY = (SubmissionState.RECEIVED, SubmissionState.SCANNING)
OPEN_REQUESTS = (RequestState.ASKED, RequestState.COUNTERED, RequestState.AGREED)


def show(
    session: Session, principal: Principal, cut_id: str, *, base_url: str, now: datetime
) -> dict[str, Any]:
    """The cut with everything known of it; raises `NotFound` for another tenant's."""
    cut = works.get_cut(session, principal, cut_id)
    path = _path(session, principal, cut)
    handed_in = submissions.newest_of_cut(session, principal, cut_id)
    history = clearances.list_clearances(session, principal, cut_id=cut_id, limit=HISTORY_MAX)
    stands = history[0] if history else None
    decided = (
        {}
        if stands is None
        else _decided(session, principal, cut, stands, base_url=base_url, now=now)
    )
    return {
        "cut": cut,
        "path": path,
        "title": f"{path[-1].title} · {cut.label}",
        "submission": handed_in,
        "scan": None if handed_in is None else _scan(session, principal, handed_in),
        "declared": None if handed_in is None else to_dict(handed_in.declaration),
        **_said(session, principal, cut, handed_in),
        "deciding": handed_in is not None and _is_deciding(session, principal, handed_in.id),
        "history": history,
        "may_stay_out": may_stay_out(history),
        "decision": None,
        **decided,
    }


def _said(
    session: Session, principal: Principal, cut: Cut, item: Submission | None
) -> dict[str, Any]:
    """What the cut declares itself, and where everything comes from that holds for it."""
    if item is None:
        return {"own": {}, "raw": {}, "origins": ()}
    own = dict(submissions.own_declaration(session, principal, item.id))
    above = series.declared_on(session, principal, cut.work_id)
    return {
        "own": declaring.filled(own),
        "raw": own,
        "origins": declaring.origins([*above, (None, own)]),
    }


def _is_deciding(session: Session, principal: Principal, submission_id: str) -> bool:
    """Whether a worker has yet to take into account what was found, or what was said since.

    The job of a scan ends with its decision, some moments after everything was searched.
    """
    again = jobs.latest(session, principal, kind=DECIDE_JOB, subject=submission_id)
    open_jobs = (scan_job(session, principal, submission_id), again)
    return any(job is not None and job.state in (jobs.QUEUED, jobs.LEASED) for job in open_jobs)


def _path(session: Session, principal: Principal, cut: Cut) -> list[Work]:
    """The works above a cut, from the topmost down."""
    ids = works.work_path(session, principal, cut.id)
    return [works.get_work(session, principal, each) for each in reversed(ids)]


def _scan(session: Session, principal: Principal, item: Submission) -> dict[str, Any]:
    """How far the newest file of a cut is, and what was met in it so far."""
    job = scan_job(session, principal, item.id)
    under_way = item.state in UNDER_WAY
    newest = next(iter(scans.list_scans(session, principal, item.id)), None) if under_way else None
    return {
        "state": item.state.value,
        "under_way": under_way,
        "job": None if job is None else JobOut.of(job),
        "met": {} if newest is None else scans.met_so_far(session, principal, newest.id),
    }


def how_far(
    session: Session, principal: Principal, cut_ids: Iterable[str], lang: str
) -> dict[str, JobOut | None]:
    """The scan of the newest file of each of these cuts; no entry where none was handed in."""
    found: dict[str, JobOut | None] = {}
    for cut_id in cut_ids:
        item = submissions.newest_of_cut(session, principal, cut_id)
        if item is not None:
            job = scan_job(session, principal, item.id)
            found[cut_id] = None if job is None else JobOut.of(job, lang)
    return found


def _decided(
    session: Session,
    principal: Principal,
    cut: Cut,
    item: Clearance,
    *,
    base_url: str,
    now: datetime,
) -> dict[str, Any]:
    """The decision that stands, told as people look at it."""
    decision = in_full(session, principal, item).model_dump(mode="json")
    said = timeline.answers(decision)
    held = licences.licences_by_id(
        session, principal, {str(each["licence_id"]) for each in said if each["licence_id"]}
    )
    names = {each["performer_id"]: each["public_name"] for each in said if each["public_name"]}
    lacking = _lacking(session, principal, item, said, now)
    spoken_of = {one["performer_id"] for one in lacking} | _declared(session, principal, item)
    if not spoken_of <= names.keys():
        names = {**known_performers(session, principal), **names}
    for each in (decision, *said):
        each["reasons"] = with_names(session, principal, each["reasons"], names, now)
    decision["warnings"] = with_names(session, principal, decision["warnings"], names, now)
    return {
        "decision": decision,
        "said": said,
        "lanes": timeline.lanes(said),
        "length_ms": timeline.length_ms(cut.duration_ms, said),
        "names": names,
        "licences": {each.id: each.terms for each in held},
        "lacking": lacking,
        "certificate": _certificate(session, principal, item.id, base_url, now),
        "invented": [each for each in characters.list_characters(session, principal) if each.clears]
        if any(each["figure_id"] for each in said)
        else [],
    }


def _declared(session: Session, principal: Principal, item: Clearance) -> set[str]:
    """Whom the decision's own file was said to show."""
    handed_in = submissions.get_submission(session, principal, item.submission_id)
    return {use.performer_id for use in handed_in.declaration.uses}


def _lacking(
    session: Session,
    principal: Principal,
    item: Clearance,
    said: Iterable[Mapping[str, Any]],
    now: datetime,
) -> list[dict[str, Any]]:
    """Whose licence is missing for what, what became of asking, and whether asking is in vain."""
    never = {
        each["performer_id"]
        for each in said
        if any(reason["code"] == "standing-never" for reason in each["reasons"])
    }
    asked: dict[str, RequestState] = {}
    for each in list_requests(session, principal, submission_id=item.submission_id, now=now):
        asked.setdefault(each.performer_id, state_at(each, now))
    return [
        {
            "performer_id": each.performer_id,
            "kinds": [kind.value for kind in each.kinds],
            "never": each.performer_id in never,
            "asked": asked.get(each.performer_id),
            "waits": asked.get(each.performer_id) in OPEN_REQUESTS,
        }
        for each in missing(item.decision)
    ]


def _certificate(
    session: Session, principal: Principal, clearance_id: str, base_url: str, now: datetime
) -> Mapping[str, Any] | None:
    try:
        found, stands = certificates.get_certificate(session, principal, clearance_id, now=now)
    except NotFound:
        return None
    address = page_url(base_url, found.id)
    side, code = squarecode.path(address)
    return {
        "id": found.id,
        "state": stands.state.value,
        "issued_at": found.issued_at,
        "address": address,
        "code": code,
        "side": side,
    }
