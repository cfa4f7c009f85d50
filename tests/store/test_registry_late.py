"""Late matching and retention: nothing is missed, and nothing is kept longer than it may be."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from core.errors import Broken, NotAllowed, NotFound
from core.jobs import Job
from core.principal import SearchCapability
from fingerprint.archive import Nearness
from fingerprint.models import Decision
from registry.models.evidence import Scan, Submission
from registry.models.people import Print
from registry.models.reviews import ReviewVerdict
from registry.retention import strangers_of
from registry.service import enrolment, erasure, gallery, latematch, reading, reviews, scans
from registry.service.archive import ArchiveCache
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    SEARCH,
    T0,
    VOICE,
    Enrolled,
    a_cut,
    claim,
    declare,
    enrolled,
    hand_in,
    later,
    make_print,
    scanned_segments,
    search,
    sign_consent,
    trace,
)

RETENTION = SearchCapability("retention", "purge")


def scanned(
    world: TestWorld, *answers: str | None, gallery_seq: int, retention_days: int = 90
) -> tuple[Submission, Scan, Job]:
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    found = [trace(10 + n, 1_000 * n, 1_000 * n + 900) for n in range(len(answers))]
    scan = scanned_segments(
        world, world.first, submission, job, found, retention_days=retention_days
    )
    search(world, world.first, job, scan, answers, gallery_seq=gallery_seq)
    return submission, scan, job


def stale(world: TestWorld, *, days: int = 0) -> list[str]:
    with world.db.read() as session:
        found = latematch.stale_scans(session, SEARCH, at=later(days=days))
    return [item.scan_id for item in found]


def kept_vectors(world: TestWorld, scan: Scan, *, days: int = 0) -> int:
    with world.db.read() as session:
        return len(
            scans.load_traces(session, world.vault, world.first, scan.id, at=later(days=days))
        )


def test_a_print_activated_while_a_scan_ran_is_matched_late(world: TestWorld) -> None:
    early = make_print(world, enrolled(world, world.second))
    with world.db.read() as session:
        _, seen = gallery.load_gallery(session, world.vault, SEARCH, at=T0)
    assert seen == early.seq
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    meanwhile = make_print(world, enrolled(world, world.second, "Bea"))
    search(world, world.first, job, scan, [None], gallery_seq=seen)
    assert stale(world) == [scan.id]
    with world.db.write() as session:
        queued = latematch.enqueue_rematches(session, SEARCH, at=T0)
        assert latematch.enqueue_rematches(session, SEARCH, at=T0) == queued
    late_job = claim(world, latematch.REMATCH_JOB)
    assert late_job.payload == {"scan_id": scan.id, "submission_id": submission.id}
    search(world, world.first, late_job, scan, [meanwhile.id], gallery_seq=meanwhile.seq)
    assert stale(world) == []
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
    assert [match.print_id for match in found.matches] == [meanwhile.id]
    assert found.unknown == ()


def test_a_match_that_still_holds_keeps_its_id_when_the_gallery_grows(world: TestWorld) -> None:
    made = make_print(world, enrolled(world, world.second))
    submission, scan, job = scanned(world, made.id, None, gallery_seq=made.seq)
    with world.db.read() as session:
        before = reading.findings(session, world.first, submission.id)
    newer = make_print(world, enrolled(world, world.second, "Bea"))
    search(world, world.first, job, scan, [made.id, newer.id], gallery_seq=newer.seq)
    with world.db.read() as session:
        after = reading.findings(session, world.first, submission.id)
    assert before.matches[0] == after.matches[0]
    assert [use.id for use in before.uses] == [
        use.id for use in after.uses if use.performer_id == before.uses[0].performer_id
    ]
    assert len(after.matches) == 2


def test_a_late_answer_for_an_older_scan_leaves_newer_uses_alone(world: TestWorld) -> None:
    made = make_print(world, enrolled(world, world.second))
    cut_id = a_cut(world, world.first)
    runs = []
    for _ in range(2):
        submission, job = hand_in(world, world.first, cut_id, declare())
        scan = scanned_segments(world, world.first, submission, job, [trace(1)])
        search(world, world.first, job, scan, [made.id], gallery_seq=made.seq)
        runs.append((scan, job))
    newer = make_print(world, enrolled(world, world.second, "Bea"))
    search(world, world.first, runs[0][1], runs[0][0], [newer.id], gallery_seq=newer.seq)
    with world.db.read() as session:
        uses = reading.own_uses(session, world.first, cut_id)
    assert [use.scan_id for use in uses] == [runs[1][0].id]


def test_strangers_vectors_go_on_their_day_and_their_spans_stay(world: TestWorld) -> None:
    made = make_print(world, enrolled(world, world.second))
    submission, scan, _ = scanned(world, made.id, None, None, gallery_seq=made.seq)
    assert kept_vectors(world, scan, days=89) == 3
    assert kept_vectors(world, scan, days=90) == 1
    with world.db.write() as session:
        purged = erasure.purge_expired(session, RETENTION, at=later(days=90))
    with world.db.read() as session:
        erasure.shred_scans(session, world.vault, RETENTION, purged)
        found = reading.findings(session, world.first, submission.id)
    assert purged == (scan.id,)
    assert kept_vectors(world, scan) == 1
    assert len(found.unknown) == 2
    day = strangers_of(world.first.tenant_id, later(days=90))
    assert erasure.shred_days(world.vault, at=later(days=90)) == 0
    assert erasure.shred_days(world.vault, at=later(days=91)) == 1
    with pytest.raises(NotFound):
        world.vault.seal(day, b"late", {})
    with world.db.write() as session:
        assert erasure.purge_expired(session, RETENTION, at=later(days=90)) == ()


def test_nothing_is_purged_before_its_day(world: TestWorld) -> None:
    _, scan, _ = scanned(world, None, gallery_seq=0)
    with world.db.write() as session:
        assert erasure.purge_expired(session, RETENTION, at=later(days=89)) == ()
    assert kept_vectors(world, scan) == 1


def test_a_retention_of_zero_keeps_no_stranger_once_answered(world: TestWorld) -> None:
    made = make_print(world, enrolled(world, world.second))
    _, scan, _ = scanned(world, made.id, None, gallery_seq=made.seq, retention_days=0)
    with world.db.read() as session:
        sealed = text("SELECT count(*) FROM trace WHERE sealed IS NOT NULL")
        assert session.connection().execute(sealed).scalar_one() == 1
    assert kept_vectors(world, scan) == 1


def test_scans_without_vectors_are_not_searched_again(world: TestWorld) -> None:
    scanned(world, None, gallery_seq=0, retention_days=0)
    make_print(world, enrolled(world, world.second))
    assert stale(world) == []


def test_expired_vectors_do_not_make_a_scan_stale(world: TestWorld) -> None:
    _, scan, _ = scanned(world, None, gallery_seq=0)
    make_print(world, enrolled(world, world.second))
    assert stale(world, days=89) == [scan.id]
    assert stale(world, days=90) == []


def test_withdrawing_erases_matched_vectors_and_keeps_what_was_found(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    submission, scan, job = scanned(world, made.id, None, gallery_seq=made.seq)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, who.enrolment_id, now=T0)
    assert kept_vectors(world, scan) == 1
    newer = make_print(world, enrolled(world, world.second, "Bea"))
    search(world, world.first, job, scan, [newer.id], gallery_seq=newer.seq)
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
    assert {match.print_id for match in found.matches} == {made.id, newer.id}


def test_a_key_that_went_before_its_rows_reads_as_gone(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    _, scan, _ = scanned(world, made.id, None, gallery_seq=made.seq)
    world.vault.erase(who.enrolment_id)
    assert kept_vectors(world, scan) == 1


def test_not_me_makes_a_vector_a_strangers_again(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    submission, scan, _ = scanned(world, made.id, gallery_seq=made.seq)
    with world.db.read() as session:
        (match,) = reading.findings(session, world.first, submission.id).matches
    assert kept_vectors(world, scan, days=91) == 1
    with world.db.write() as session:
        reviews.review_match(session, world.second, match.id, ReviewVerdict.REJECTED, now=T0)
    assert kept_vectors(world, scan, days=89) == 1
    assert kept_vectors(world, scan, days=91) == 0
    with world.db.write() as session:
        reviews.review_match(session, world.second, match.id, ReviewVerdict.CONFIRMED, now=T0)
    assert kept_vectors(world, scan, days=91) == 1


def subjects(world: TestWorld) -> list[str]:
    with world.db.read() as session:
        query = text("SELECT subject_id FROM trace ORDER BY segment, position")
        return [row[0] for row in session.connection().execute(query)]


def test_a_vector_lies_under_the_key_of_its_ground_whatever_was_said_of_it(
    world: TestWorld,
) -> None:
    ada = enrolled(world, world.second)
    made = make_print(world, ada)
    submission, scan, _ = scanned(world, made.id, gallery_seq=made.seq)
    with world.db.read() as session:
        (match,) = reading.findings(session, world.first, submission.id).matches
    day = strangers_of(world.first.tenant_id, later(days=90))
    for verdict, subject_id in (
        (ReviewVerdict.REJECTED, day),
        (ReviewVerdict.CONFIRMED, ada.enrolment_id),
    ):
        with world.db.write() as session:
            reviews.review_match(session, world.second, match.id, verdict, now=T0)
        for moved in (1, 0):
            with world.db.write() as session:
                assert erasure.settle_keys(session, world.vault, RETENTION, at=T0) == moved
        assert subjects(world) == [subject_id]
        assert kept_vectors(world, scan) == 1
    erasure.shred_days(world.vault, at=later(days=91))
    assert kept_vectors(world, scan, days=91) == 1


def test_the_table_refuses_a_vector_without_ground(world: TestWorld) -> None:
    scanned(world, None, gallery_seq=0)
    with pytest.raises(Broken), world.db.write() as session:
        session.connection().execute(text("UPDATE trace SET expires_at = NULL"))


def test_the_cache_opens_only_what_is_new_and_drops_what_was_withdrawn(world: TestWorld) -> None:
    cache = gallery.GalleryCache()
    ada, bea = enrolled(world, world.second), enrolled(world, world.second, "Bea")
    first = make_print(world, ada, 1)

    def refresh(days: int = 0) -> int:
        with world.db.read() as session:
            return cache.refresh(session, world.vault, SEARCH, at=later(days=days))

    assert refresh() == first.seq
    second = make_print(world, bea, 2)
    assert refresh() == second.seq
    assert len(cache.gallery) == 2
    grown = make_print(world, ada, 3)
    assert refresh() == grown.seq
    assert len(cache.gallery) == 2
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, ada.enrolment_id, now=T0)
    assert refresh() == grown.seq
    assert len(cache.gallery) == 1
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, bea.enrolment_id, now=T0)
    refresh()
    assert len(cache.gallery) == 0


def test_cache_and_fresh_gallery_agree(world: TestWorld) -> None:
    cache = gallery.GalleryCache()
    made: list[Print] = []
    for number in range(4):
        made.append(make_print(world, enrolled(world, world.second, f"P{number}"), number))
        with world.db.read() as session:
            seq = cache.refresh(session, world.vault, SEARCH, at=T0)
            entries, fresh_seq = gallery.load_gallery(session, world.vault, SEARCH, at=T0)
            earlier, _ = gallery.load_gallery(
                session, world.vault, SEARCH, up_to_seq=made[0].seq, at=T0
            )
        assert seq == fresh_seq == made[-1].seq
        assert {entry.print_id for entry in entries} == {item.id for item in made}
        assert len(cache.gallery) == len(made)
        assert [entry.print_id for entry in earlier] == [made[0].id]


def test_a_consent_that_has_run_out_is_not_searched(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    consent = sign_consent(
        world, world.second, who.performer.id, who.key, valid_until=later(days=30)
    )
    make_print(world, Enrolled(who.principal, who.performer, who.key, consent), 1)
    cache = gallery.GalleryCache()
    for days, expected in ((29, 1), (30, 0)):
        with world.db.read() as session:
            entries, _ = gallery.load_gallery(session, world.vault, SEARCH, at=later(days=days))
            cache.refresh(session, world.vault, SEARCH, at=later(days=days))
        assert (len(entries), len(cache.gallery)) == (expected, expected)


def test_a_search_without_purpose_is_refused(world: TestWorld) -> None:
    with pytest.raises(NotAllowed), world.db.read() as session:
        gallery.load_gallery(session, world.vault, replace(SEARCH, purpose=""), at=T0)


def test_a_doubtful_rematch_does_not_undo_a_match_silently(world: TestWorld) -> None:
    made = make_print(world, enrolled(world, world.second))
    submission, scan, job = scanned(world, made.id, gallery_seq=made.seq)
    newer = make_print(world, enrolled(world, world.second, "Bea"))
    search(
        world,
        world.first,
        job,
        scan,
        [made.id],
        gallery_seq=newer.seq,
        decision=Decision.REVIEW,
    )
    with world.db.read() as session:
        found = reading.findings(session, world.first, submission.id)
        rows = session.connection().execute(text("SELECT count(*) FROM match")).scalar_one()
    assert [match.decision for match in found.matches] == [Decision.REVIEW]
    assert rows == 2


def planned(world: TestWorld, cache: ArchiveCache, *, days: int = 0) -> latematch.LatePlan:
    with world.db.read() as session:
        return latematch.plan_rematches(session, world.vault, SEARCH, cache, at=later(days=days))


def strict() -> ArchiveCache:
    """An archive in which only nearly the same vector is near."""
    return ArchiveCache({VOICE.model_id: Nearness(floor=0.99)})


def test_scans_with_somebody_near_the_new_print_are_searched_first(world: TestWorld) -> None:
    _, near, _ = scanned(world, None, None, gallery_seq=0)
    submission, job = hand_in(world, world.first, a_cut(world, world.first, "Day"), declare())
    far = scanned_segments(world, world.first, submission, job, [trace(77, 0, 900)])
    search(world, world.first, job, far, [None], gallery_seq=0)
    cache = strict()
    made = make_print(world, enrolled(world, world.second), 11)
    plan = planned(world, cache)
    assert [scan.scan_id for scan in plan.near] == [near.id]
    assert [scan.scan_id for scan in plan.far] == [far.id]
    with world.db.write() as session:
        queued = latematch.carry_out(session, plan)
        assert latematch.carry_out(session, plan) == queued
    assert [job.payload["scan_id"] for job in queued] == [near.id, far.id]
    assert set(stale(world)) == {near.id, far.id}
    assert plan.newest == made.seq
    # A template that is added later makes both of them a question again.
    other = make_print(world, enrolled(world, world.second, "Bea"), 77)
    plan = planned(world, cache)
    assert other.seq == plan.newest
    assert {scan.scan_id for scan in plan.near} == {near.id, far.id}


def test_the_archive_forgets_what_expired_and_what_was_erased(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who)
    scanned(world, made.id, None, None, gallery_seq=made.seq)
    cache = strict()

    def held(days: int) -> int:
        with world.db.read() as session:
            return len(cache.refresh(session, world.vault, SEARCH, at=later(days=days)))

    assert held(89) == 3
    assert held(90) == 1
    assert held(0) == 3
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, who.enrolment_id, now=T0)
    assert held(0) == 2
