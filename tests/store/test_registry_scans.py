"""Scans: written once per segment, resumed after a crash, and answered idempotently."""

from dataclasses import replace

import pytest

from core import jobs, leases
from core.errors import Broken, Conflict, NotFound
from core.leases import LeaseLost
from fingerprint.models import Decision, Modality, Span
from registry.models.evidence import ScanState, SubmissionState
from registry.models.works import DeclaredUse, KindOfUse
from registry.service import enrolment, findings, latematch, reading, scans, submissions
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    CARDS,
    T0,
    a_cut,
    answer,
    claim,
    declare,
    enrolled,
    hand_in,
    later,
    make_print,
    scanned_segments,
    search,
    template,
    trace,
)


def test_a_segment_is_written_once_whoever_writes_it(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    with world.db.write() as session:
        again = scans.save_segment(
            session, world.vault, job, scan.id, number=0, found=[trace(1), trace(2)], now=T0
        )
    with world.db.read() as session:
        stored = scans.load_traces(session, world.vault, world.first, scan.id, at=T0)
    assert again is False
    assert len(stored) == 1


def test_traces_come_back_as_they_were_and_in_order(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    found = [
        [trace(1, 0, 900), trace(2, 100, 4_000, modality=Modality.FACE)],
        [trace(3, 60_000, 61_000)],
    ]
    scan = scanned_segments(world, world.first, submission, job, *found)
    with world.db.read() as session:
        stored = scans.load_traces(session, world.vault, world.first, scan.id, at=T0)
    expected = [item for segment in found for item in segment]
    for kept, was in zip((item.trace for item in stored), expected, strict=True):
        assert (kept.modality, kept.spans, kept.crop) == (was.modality, was.spans, was.crop)
        assert kept.template.vector.tobytes() == was.template.vector.tobytes()
        assert (kept.template.evidence_ms, kept.template.quality) == (5_000, 0.9)
        assert kept.template.model_id == was.template.model_id


def test_a_search_gets_every_vector_and_no_evidence(world: TestWorld) -> None:
    """More traces than are read at once: a long film's evidence is large."""
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    found = [trace(seed, seed * 100, seed * 100 + 90, modality=Modality.FACE) for seed in range(80)]
    scan = scanned_segments(world, world.first, submission, job, found)
    with world.db.read() as session:
        whole = scans.load_traces(session, world.vault, world.first, scan.id, at=T0)
        stored = scans.load_traces(
            session, world.vault, world.first, scan.id, at=T0, evidence=False
        )
    assert all(item.trace.crop for item in whole)
    assert not any(item.trace.crop or item.trace.excerpt for item in stored)
    assert [item.id for item in stored] == [item.id for item in whole]
    for item, was in zip(stored, found, strict=True):
        assert item.trace.template.vector.tobytes() == was.template.vector.tobytes()


def test_no_vector_or_crop_lies_in_the_database_file(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scanned_segments(
        world, world.first, submission, job, [trace(1), trace(2, modality=Modality.FACE)]
    )
    stored = b"".join(
        path.read_bytes() for path in world.settings.data_dir.rglob("*") if path.is_file()
    )
    assert template(1).vector.tobytes() not in stored
    assert b"a small picture" not in stored


def test_a_crashed_scan_goes_on_where_it_stopped(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    spans = [Span(0, 60_000), Span(60_000, 120_000), Span(120_000, 130_000)]

    def begin() -> str:
        with world.db.write() as session:
            return scans.begin_scan(
                session, world.first, submission.id, spans, CARDS, retention_days=90, now=T0
            ).id

    scan_id = begin()
    with world.db.write() as session:
        scans.save_segment(session, world.vault, job, scan_id, number=1, found=[trace(1)], now=T0)
    assert begin() == scan_id
    with world.db.read() as session:
        missing = scans.missing_segments(session, world.first, scan_id)
    assert missing == ((0, spans[0]), (2, spans[2]))
    with pytest.raises(Conflict), world.db.read() as session:
        scans.load_traces(session, world.vault, world.first, scan_id, at=T0)


def test_another_model_or_other_segments_begin_a_new_scan(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    first = scanned_segments(world, world.first, submission, job, [trace(1)])
    newer = {
        modality: replace(card, model_id=f"{card.model_id}-2") for modality, card in CARDS.items()
    }
    with world.db.write() as session:
        second = scans.begin_scan(
            session, world.first, submission.id, first.segments, newer, retention_days=90, now=T0
        )
    with world.db.read() as session:
        states = {s.id: s.state for s in scans.list_scans(session, world.first, submission.id)}
    assert states == {first.id: ScanState.FAILED, second.id: ScanState.RUNNING}


def test_a_worker_that_lost_its_lease_writes_nothing(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [], [])
    stale = replace(job, fence=job.fence - 1)
    with pytest.raises(LeaseLost), world.db.write() as session:
        scans.save_segment(session, world.vault, stale, scan.id, number=0, found=[], now=T0)
    with pytest.raises(LeaseLost), world.db.write() as session:
        findings.save_findings(
            session,
            world.vault,
            stale,
            scan.id,
            trace_ids=[],
            findings=[],
            gallery_seq=0,
            now=T0,
        )


def test_a_trace_of_another_encoder_is_broken(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    strange = trace(1)
    strange = replace(strange, template=replace(strange.template, model_id="another"))
    with pytest.raises(Broken):
        scanned_segments(world, world.first, submission, job, [strange])


def test_cancelling_stops_the_worker_at_its_next_write(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    spans = [Span(0, 60_000)]
    with world.db.write() as session:
        scan = scans.begin_scan(
            session, world.first, submission.id, spans, CARDS, retention_days=90, now=T0
        )
        cancelled = submissions.cancel_submission(session, world.first, submission.id)
    assert cancelled.state is SubmissionState.CANCELLED
    with pytest.raises(Conflict), world.db.write() as session:
        scans.save_segment(session, world.vault, job, scan.id, number=0, found=[], now=T0)
    with pytest.raises(Conflict), world.db.write() as session:
        scans.begin_scan(
            session, world.first, submission.id, spans, CARDS, retention_days=90, now=T0
        )


def test_a_failed_scan_can_be_requested_again_and_a_cancelled_one_stays_so(
    world: TestWorld,
) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])

    def fail() -> SubmissionState:
        with world.db.write() as session:
            scans.fail_scan(session, world.first, submission.id)
            return submissions.get_submission(session, world.first, submission.id).state

    assert fail() is SubmissionState.FAILED
    with world.db.write() as session:
        assert scans.get_scan(session, world.first, scan.id).state is ScanState.FAILED
        submissions.request_scan(session, world.first, submission.id)
        submissions.cancel_submission(session, world.first, submission.id)
    assert fail() is SubmissionState.CANCELLED


def test_a_write_that_is_rolled_back_leaves_nothing_and_may_be_repeated(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    spans = [Span(0, 60_000)]
    with world.db.write() as session:
        scan = scans.begin_scan(
            session, world.first, submission.id, spans, CARDS, retention_days=90, now=T0
        )

    def save(*, crash: bool) -> bool:
        with world.db.write() as session:
            done = scans.save_segment(
                session, world.vault, job, scan.id, number=0, found=[trace(1)], now=T0
            )
            if crash:
                raise KeyboardInterrupt
            return done

    with pytest.raises(KeyboardInterrupt):
        save(crash=True)
    with world.db.read() as session:
        assert scans.missing_segments(session, world.first, scan.id) == ((0, spans[0]),)
    assert save(crash=False)


def test_what_was_found_is_attributed_and_the_rest_is_unknown(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    use = DeclaredUse(who.performer.id, KindOfUse.SYNTHESISE_VOICE)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare(use))
    scan = scanned_segments(world, world.first, submission, job, [trace(1), trace(2)], [trace(3)])
    done = search(world, world.first, job, scan, [made.id, None, made.id], gallery_seq=made.seq)
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
        state = submissions.get_submission(session, world.first, submission.id).state
    assert (done.state, done.gallery_seq, state) == (
        ScanState.DONE,
        made.seq,
        SubmissionState.SCANNED,
    )
    assert [match.performer_id for match in found.matches] == [who.performer.id] * 2
    assert len(found.unknown) == 1
    assert [(u.kind, u.decision) for u in found.uses] == [
        (KindOfUse.SYNTHESISE_VOICE, Decision.MATCH)
    ]
    assert scan.seq > made.seq


def test_saving_the_same_answers_twice_changes_nothing(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    results = []
    for _ in range(2):
        search(world, world.first, job, scan, [made.id], gallery_seq=made.seq)
        with world.db.read() as session:
            results.append(reading.findings(session, world.first, submission.id))
    assert results[0] == results[1]


def test_an_older_answer_never_replaces_a_newer(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    search(world, world.first, job, scan, [made.id], gallery_seq=made.seq)
    late = search(world, world.first, job, scan, [None], gallery_seq=made.seq - 1)
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
    assert late.gallery_seq == made.seq
    assert len(found.matches) == 1


def test_a_trace_without_answer_is_broken_and_nothing_is_kept(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1), trace(2)])
    with world.db.read() as session:
        stored = scans.load_traces(session, world.vault, world.first, scan.id, at=T0)
    ids = [item.id for item in stored]
    for answers in ([answer(0, None)], [answer(0, None), answer(0, None)]):
        with pytest.raises(Broken), world.db.write() as session:
            findings.save_findings(
                session,
                world.vault,
                job,
                scan.id,
                trace_ids=ids,
                findings=answers,
                gallery_seq=0,
                now=T0,
            )
    with pytest.raises(Conflict), world.db.read() as session:
        reading.findings(session, world.first, submission.id)


def test_a_print_withdrawn_while_the_search_ran_explains_nothing(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, who.enrolment_id, now=T0)
    search(world, world.first, job, scan, [made.id], gallery_seq=made.seq)
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
        (queued,) = jobs.recent(session, world.first, kind=latematch.REMATCH_JOB)
    assert found.matches == ()
    assert "print-withdrawn" in {reason.code for reason in found.unknown[0].reasons}
    # Another print of the same person may have been the second best: it is searched again.
    assert queued.payload["scan_id"] == scan.id
    other = make_print(world, enrolled(world, world.second, "Bea"))
    search(world, world.first, job, scan, [other.id], gallery_seq=found.scan.gallery_seq + 1)
    with world.db.read() as session:
        assert len(reading.findings(session, world.first, submission.id).matches) == 1


def test_a_repeated_job_finds_its_scan_done(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    search(world, world.first, job, scan, [None], gallery_seq=0)
    with world.db.write() as session:
        again = scans.begin_scan(
            session, world.first, submission.id, scan.segments, CARDS, retention_days=90, now=T0
        )
    assert (again.id, again.state) == (scan.id, ScanState.DONE)


def test_use_ids_survive_a_rescan_with_shifted_spans(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    use = DeclaredUse(who.performer.id, KindOfUse.SYNTHESISE_VOICE)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare(use))
    scan = scanned_segments(world, world.first, submission, job, [trace(1, 1_000, 9_000)])
    search(world, world.first, job, scan, [made.id], gallery_seq=made.seq)
    with world.db.write() as session:
        leases.finish(session, job)
        (before,) = reading.own_uses(session, world.first, submission.cut_id)
        submissions.request_scan(session, world.first, submission.id)
    second_job = claim(world, submissions.SCAN_JOB)
    assert second_job.id != job.id
    again = scanned_segments(
        world, world.first, submission, second_job, [trace(1, 1_040, 9_040)], now=later(days=2)
    )
    assert again.id != scan.id
    search(
        world,
        world.first,
        second_job,
        again,
        [made.id],
        gallery_seq=made.seq,
        now=later(days=2),
    )
    with world.db.read() as session:
        (after,) = reading.own_uses(session, world.first, submission.cut_id)
    assert after.id == before.id
    assert after.spans == (Span(1_040, 9_040),)
    assert after.scan_id == again.id


def test_a_file_is_kept_until_nobody_needs_it(world: TestWorld) -> None:
    cut_id = a_cut(world, world.first)
    one, _ = hand_in(world, world.first, cut_id, declare(), content=b"same film")
    two, _ = hand_in(world, world.first, cut_id, declare(), content=b"same film")
    assert one.object_name == two.object_name
    assert one.object_name is not None
    path = world.objects.path(one.object_name)
    with world.db.write() as session:
        submissions.discard_file(session, world.objects, world.first, one.id)
    assert path.is_file()
    with world.db.write() as session:
        submissions.discard_file(session, world.objects, world.first, two.id)
        submissions.discard_file(session, world.objects, world.first, two.id)
    assert not path.is_file()


def test_another_studio_sees_nothing_of_a_scan(world: TestWorld) -> None:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    search(world, world.first, job, scan, [None], gallery_seq=0)
    stranger = world.principal("studio")
    with world.db.write() as session:
        for act in (
            lambda: submissions.get_submission(session, stranger, submission.id),
            lambda: scans.get_scan(session, stranger, scan.id),
            lambda: scans.load_traces(session, world.vault, stranger, scan.id, at=T0),
            lambda: reading.findings(session, stranger, submission.id),
            lambda: reading.own_uses(session, stranger, submission.cut_id),
            lambda: reading.matched_performers(session, stranger, submission.id),
            lambda: submissions.request_scan(session, stranger, submission.id),
            lambda: submissions.redeclare(session, stranger, submission.id, declare(), now=T0),
        ):
            with pytest.raises(NotFound):
                act()
        assert submissions.list_submissions(session, stranger) == ()
