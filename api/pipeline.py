"""The story of one submission: scan, search, clear, accrue; and of a late match: search onwards.

Each step is one transaction, written so that it changes nothing when it is run twice: a worker
that is killed anywhere leaves a job that the next one takes up where this one stopped.
"""

from api.deciding import clear_and_accrue
from api.heartbeat import Heartbeat
from api.steps import (
    begin,
    heed_notices,
    know_figures,
    look_again,
    missing,
    opened_media,
    read_findings,
    read_labels,
    recognise,
    scan_segment,
    search,
)
from api.tools import Tools
from core import leases
from core.jobs import Job
from core.principal import system


def scan_submission(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Carry out a `scan` job: media to traces, traces to matches, matches to decision and money."""
    with opened_media(tools, job) as path:
        running = recognise(tools, job, pulse, begin(tools, job, path))
        for segment in missing(tools, job, running):
            scan_segment(tools, job, pulse, running, segment)
        heed_notices(tools, job, pulse, running)
        read_labels(tools, job, path)
    search(tools, job, pulse, running.scan.id)
    know_figures(tools, job, running.scan.id)
    with tools.world.db.write() as session:
        leases.guard(session, job)
        clear_and_accrue(session, system(job.tenant_id), running.scan.submission_id)
        look_again(session, job)
        leases.finish(session, job)


def rematch_scan(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Carry out a `rematch` job: search kept traces again, decide anew where more was found."""
    before = read_findings(tools, job)
    search(tools, job, pulse, before.scan.id)
    know_figures(tools, job, before.scan.id)
    after = read_findings(tools, job)
    with tools.world.db.write() as session:
        leases.guard(session, job)
        if (before.uses, before.unknown) != (after.uses, after.unknown):
            clear_and_accrue(session, system(job.tenant_id), before.scan.submission_id)
        look_again(session, job)
        leases.finish(session, job)
