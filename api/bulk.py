"""Carries out an act on many cuts: one cut a transaction, from wherever it was stopped.

What one cut refuses is its own result and stops no other.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import Session

from api.deciding import clear_and_accrue, decide_if_scanned
from api.heartbeat import Heartbeat
from api.routes.certificates import issuer_of
from api.stopping import Stopping
from api.tools import Tools
from core import jobs, leases
from core.clock import utc_now
from core.errors import BadInput, BadProof, Conflict, NotAllowed, NotFound
from core.init import World
from core.jobs import Job
from core.principal import Principal, system
from licensing import fields
from licensing.bulk import Bulk, BulkAct, BulkItem, ItemState
from licensing.models_clearance import Clearance
from licensing.service import asking, bulks, certificates, clearances
from licensing.store import bulks as store
from registry.models.evidence import Submission
from registry.service import series, submissions
from royalties.service.tariffs import agreed_price

KIND = "bulk"
REFUSALS = (BadInput, BadProof, Conflict, NotAllowed, NotFound)


def enqueue(session: Session, caller: Principal, bulk: Bulk) -> Job:
    """Queue the job of an act that was begun, once."""
    payload: dict[str, Any] = {"bulk_id": bulk.id}
    return jobs.enqueue(session, caller, kind=KIND, subject_key=bulk.id, payload=payload)


def carry_out(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Carry out a `bulk` job; its last step ends the job in the same transaction."""
    studio, bulk_id = system(job.tenant_id), str(job.payload["bulk_id"])
    while True:
        if tools.stopping.is_set():
            raise Stopping
        with tools.world.db.read() as session:
            bulk, far = bulks.get_bulk(session, studio, bulk_id)
            item = store.next_item(session, studio, bulk_id)
        if item is None:
            with tools.world.db.write() as session:
                leases.finish(session, job)
            return
        pulse.show((bulk.cuts - far.waiting) / bulk.cuts, f"{bulk.cuts - far.waiting}/{bulk.cuts}")
        _step(tools.world, job, bulk, item)


def _step(world: World, job: Job, bulk: Bulk, item: BulkItem) -> None:
    """One cut: what was done with it and that it was, in one transaction; else why not."""
    studio = system(bulk.tenant_id)
    try:
        with world.db.write() as session:
            leases.guard(session, job)
            outcome = _act(session, world, studio, bulk, item.cut_id)
            _save(session, bulk, replace(item, state=ItemState.DONE, outcome=outcome))
    except leases.LeaseLost:
        raise
    except REFUSALS as error:
        refused = replace(
            item,
            state=ItemState.REFUSED,
            code=error.code,
            message=error.message,
            next_step=error.next_step,
        )
        with world.db.write() as session:
            leases.guard(session, job)
            _save(session, bulk, refused)


def _save(session: Session, bulk: Bulk, item: BulkItem) -> None:
    store.save_item(session, bulk.id, item)


def _act(session: Session, world: World, studio: Principal, bulk: Bulk, cut_id: str) -> str:
    """What came of the act on one cut: a verdict, or the id of what was made."""
    newest = submissions.newest_of_cut(session, studio, cut_id)
    if newest is None:
        raise NotFound("No file was handed in for this cut.", next_step="Hand one in.")
    if bulk.act is BulkAct.SCAN:
        return submissions.request_scan(session, studio, newest.id).id
    if bulk.act is BulkAct.DECIDE:
        return clear_and_accrue(session, studio, newest.id).decision.verdict.value
    if bulk.act is BulkAct.RELEASE:
        return _released(session, studio, newest, date.fromisoformat(bulk.settings["release_at"]))
    stands = clearances.latest_clearance(session, studio, newest.id)
    if bulk.act is BulkAct.CERTIFY:
        return certificates.issue(session, issuer_of(world), studio, stands.id, now=utc_now()).id
    return _asked(session, studio, bulk, stands)


def _released(session: Session, studio: Principal, newest: Submission, day: date) -> str:
    """The verdict once the cut declares another day of release."""
    own = {
        **submissions.own_declaration(session, studio, newest.id),
        "release_at": day.isoformat(),
    }
    made = submissions.redeclare(
        session,
        studio,
        newest.id,
        series.declared_for(session, studio, newest.cut_id, own),
        now=utc_now(),
        own=own,
    )
    decide_if_scanned(session, studio, made)
    stands = clearances.list_clearances(session, studio, cut_id=newest.cut_id, limit=1)
    return stands[0].decision.verdict.value if stands else ""


def _asked(session: Session, studio: Principal, bulk: Bulk, stands: Clearance) -> str:
    price = fields.tariff(bulk.settings["tariff"], "tariff")
    made = asking.ask_for_missing(
        session, studio, stands.id, agreed_price(session, studio, price), now=utc_now()
    )
    return made[0].id
