"""However enrolling, withdrawing and scanning interleave, no match is missed in the end.

The gallery is the real one; a trace and a print with the same seed have the same vector.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from core import leases
from core.clock import utc_now
from core.jobs import Job
from fingerprint.models import Decision, Finding, Modality, Span, Trace
from registry.models.evidence import Scan, ScanState, Submission
from registry.models.people import Print
from registry.service import enrolment, findings, gallery, latematch, reading, scans
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    SEARCH,
    T0,
    VOICE,
    Enrolled,
    a_cut,
    declare,
    hand_in,
    make_print,
    scanned_segments,
    sign_consent,
    template,
)
from tests.store.registry_steps import enrolled as enrol

STEPS = ("enrol", "enrol", "withdraw", "scan", "scan", "search", "search", "save", "rematch")


@dataclass
class Run:
    """One interleaving; a scan is (submission, scan, job, seed), a search waits to be saved."""

    world: TestWorld
    who: Enrolled
    cache: gallery.GalleryCache = field(default_factory=gallery.GalleryCache)
    prints: dict[int, list[tuple[str, Print]]] = field(default_factory=dict)
    scans: list[tuple[Submission, Scan, Job, int]] = field(default_factory=list)
    waiting: list[tuple[Scan, Job, list[str], list[Finding], int]] = field(default_factory=list)

    def enrol(self, seed: int) -> None:
        who = self.who
        consent = sign_consent(self.world, who.principal, who.performer.id, who.key)
        made = make_print(
            self.world, Enrolled(who.principal, who.performer, who.key, consent), seed
        )
        self.prints.setdefault(seed, []).append((consent, made))

    def withdraw(self, seed: int) -> None:
        """Withdraw the oldest print of a voice; a newer one may be left."""
        if self.prints.get(seed):
            consent, _ = self.prints[seed].pop(0)
            with self.world.db.write() as session:
                enrolment.withdraw_enrolment(session, self.who.principal, consent, now=T0)

    def scan(self, seed: int) -> None:
        studio = self.world.first
        submission, job = hand_in(self.world, studio, a_cut(self.world, studio), declare())
        heard = Trace(Modality.VOICE, (Span(0, 5_000),), template(seed), None, ())
        scan = scanned_segments(self.world, studio, submission, job, [heard])
        self.scans.append((submission, scan, job, seed))

    def search(self, which: int) -> None:
        if self.scans:
            _, scan, job, _ = self.scans[which % len(self.scans)]
            self.ask(scan, job)

    def ask(self, scan: Scan, job: Job) -> None:
        world = self.world
        with world.db.read() as session:
            stored = scans.load_traces(session, world.vault, world.first, scan.id, at=T0)
            seq = self.cache.refresh(session, world.vault, SEARCH, at=T0)
        answers = [self.look_up(index, item.trace) for index, item in enumerate(stored)]
        self.waiting.append((scan, job, [item.id for item in stored], answers, seq))

    def look_up(self, index: int, heard: Trace) -> Finding:
        query = heard.template.vector[None, :]
        (found,), _ = self.cache.gallery.search(Modality.VOICE, VOICE.model_id, query, top=1)
        if not found or found[0].score < 0.999:
            return Finding(index, Decision.UNKNOWN, None, 0.0, None, 1.0, "t", ())
        return Finding(index, Decision.MATCH, found[0].print_id, 1.0, None, 0.0, "t", ())

    def save(self, which: int) -> None:
        if not self.waiting:
            return
        scan, job, ids, answers, seq = self.waiting.pop(which % len(self.waiting))
        with self.world.db.write() as session:
            findings.save_findings(
                session,
                self.world.vault,
                job,
                scan.id,
                trace_ids=ids,
                findings=answers,
                gallery_seq=seq,
                now=T0,
            )

    def rematch(self, _seed: int = 0) -> bool:
        """Do every rematch that is due; says whether there was any."""
        with self.world.db.write() as session:
            latematch.enqueue_rematches(session, SEARCH, at=T0)
        by_id = {scan.id: scan for _, scan, _, _ in self.scans}
        found = False
        while (job := self.next_rematch()) is not None:
            self.ask(by_id[job.payload["scan_id"]], job)
            self.save(len(self.waiting) - 1)
            with self.world.db.write() as session:
                leases.finish(session, job)
            found = True
        return found

    def next_rematch(self) -> Job | None:
        with self.world.db.write() as session:
            return leases.claim(
                session,
                worker="test",
                kinds=[latematch.REMATCH_JOB],
                now=utc_now() + timedelta(seconds=1),
                lease_seconds=600,
            )

    def is_done(self, scan: Scan) -> bool:
        with self.world.db.read() as session:
            kept = scans.get_scan(session, self.world.first, scan.id)
        return kept.state is ScanState.DONE

    def settle(self) -> None:
        while self.waiting:
            self.save(0)
        for _, scan, job, _ in self.scans:
            if not self.is_done(scan):
                self.ask(scan, job)
                self.save(0)
        while self.rematch():
            pass


@pytest.mark.parametrize("seed", range(10))
def test_no_match_is_missed(world: TestWorld, seed: int) -> None:
    random = Random(seed)
    run = Run(world, enrol(world, world.second))
    for _ in range(18):
        getattr(run, random.choice(STEPS))(random.randrange(2))
    run.settle()
    with world.db.read() as session:
        assert latematch.stale_scans(session, SEARCH, at=T0) == ()
        for submission, _, _, voice in run.scans:
            found = reading.findings(session, world.first, submission.id)
            assert found.matches or not run.prints.get(voice)
            assert len(found.matches) + len(found.unknown) == 1
