"""What a search is told beside the media: the declared cast, and voices of earlier cuts."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.errors import NotFound
from core.principal import Principal
from fingerprint.models import Basis, Decision, Modality, SearchPath, Trace
from registry.models.evidence import Scan
from registry.models.works import CutFormat, DeclaredUse, KindOfUse, WorkLevel
from registry.service import enrolment, findings, reading, scans, surroundings, works
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    SEARCH,
    T0,
    a_cut,
    answer,
    declare,
    enrolled,
    hand_in,
    later,
    make_print,
    scanned_segments,
    search,
    trace,
)


def known(world: TestWorld, scan: Scan, days: int = 0) -> surroundings.Surroundings:
    with world.db.read() as session:
        return surroundings.surroundings(
            session, world.vault, world.first, SEARCH, scan.id, at=later(days=days)
        )


def episodes(world: TestWorld, studio: Principal, count: int) -> list[str]:
    """Cuts of as many episodes of one series, which stands in a universe."""
    with world.db.write() as session:

        def work(level: WorkLevel, title: str, parent_id: str | None = None) -> str:
            return works.create_work(
                session, studio, level=level, title=title, parent_id=parent_id, now=T0
            ).id

        series = work(WorkLevel.SERIES, "Night Train", work(WorkLevel.UNIVERSE, "All Trains"))
        return [
            works.create_cut(
                session,
                studio,
                work(WorkLevel.EPISODE, f"Episode {number}", series),
                label="first",
                format=CutFormat.HORIZONTAL,
                language="de",
                now=T0,
            ).id
            for number in range(count)
        ]


def scanned(
    world: TestWorld, cut_id: str, found: Sequence[Trace], *uses: DeclaredUse, done: bool = True
) -> Scan:
    content = repr((cut_id, [item.spans for item in found])).encode()
    submission, job = hand_in(world, world.first, cut_id, declare(*uses), content)
    scan = scanned_segments(world, world.first, submission, job, found)
    return (
        search(world, world.first, job, scan, [None] * len(found), gallery_seq=0) if done else scan
    )


def test_the_cast_is_the_prints_that_declared_uses_concern(world: TestWorld) -> None:
    ada, ben = enrolled(world, world.second, "Ada"), enrolled(world, world.second, "Ben")
    voice = make_print(world, ada, 1)
    make_print(world, ada, 2, modality=Modality.FACE)
    make_print(world, ben, 3)
    dub = DeclaredUse(ada.performer.id, KindOfUse.DUB)
    scan = scanned(world, a_cut(world, world.first), [trace(9)], dub, done=False)
    assert known(world, scan).cast == {voice.id}


def test_who_withdraws_is_no_cast_any_more(world: TestWorld) -> None:
    ada = enrolled(world, world.second)
    make_print(world, ada, 1)
    use = DeclaredUse(ada.performer.id, KindOfUse.FULL_REPLICA)
    scan = scanned(world, a_cut(world, world.first), [trace(9)], use, done=False)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, ada.principal, ada.enrolment_id, now=T0)
    assert known(world, scan).cast == frozenset()


def test_earlier_episodes_lend_their_voices_and_no_faces(world: TestWorld) -> None:
    first, second = episodes(world, world.first, 2)
    scanned(world, first, [trace(1), trace(2, modality=Modality.FACE)])
    scan = scanned(world, second, [trace(3)], done=False)
    (lent,) = known(world, scan).earlier
    assert lent.template.vector.tobytes() == trace(1).template.vector.tobytes()


def test_the_same_cut_another_work_and_later_scans_lend_nothing(world: TestWorld) -> None:
    first, second = episodes(world, world.first, 2)
    scanned(world, a_cut(world, world.first, "Another film"), [trace(1)])
    scanned(world, first, [trace(2)])
    scan = scanned(world, first, [trace(3, 0, 900)], done=False)
    scanned(world, second, [trace(4)])
    assert known(world, scan).earlier == ()


def test_what_may_not_be_kept_is_not_lent(world: TestWorld) -> None:
    first, second = episodes(world, world.first, 2)
    scanned(world, first, [trace(1)])
    scan = scanned(world, second, [trace(3)], done=False)
    assert len(known(world, scan, days=89).earlier) == 1
    assert known(world, scan, days=91).earlier == ()


def test_another_tenant_learns_nothing(world: TestWorld) -> None:
    scan = scanned(world, a_cut(world, world.first), [trace(1)])
    with world.db.read() as session, pytest.raises(NotFound):
        surroundings.surroundings(session, world.vault, world.second, SEARCH, scan.id, at=T0)


def test_prints_are_known_by_their_performer(world: TestWorld) -> None:
    ada = enrolled(world, world.second)
    voice, face = make_print(world, ada, 1), make_print(world, ada, 2, modality=Modality.FACE)
    with world.db.read() as session:
        behind = surroundings.performers_behind(session, SEARCH, [voice.id, face.id, "prt_none"])
    assert behind == {voice.id: ada.performer.id, face.id: ada.performer.id}


def test_a_match_keeps_what_it_rests_on(world: TestWorld) -> None:
    ada = enrolled(world, world.second)
    made = make_print(world, ada, 1)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(world, world.first, submission, job, [trace(1)])
    basis = Basis(SearchPath.CAST, 2, 9_000, 4, 1, 3.25, None)
    with world.db.read() as session:
        stored = scans.load_traces(session, world.vault, world.first, scan.id, at=T0)
    with world.db.write() as session:
        findings.save_findings(
            session,
            world.vault,
            job,
            scan.id,
            trace_ids=[item.id for item in stored],
            findings=[replace(answer(0, made.id), basis=basis)],
            gallery_seq=made.seq,
            now=T0,
        )
    with world.db.read() as session:
        (match,) = reading.counted_matches(session, world.first, scan.id)
    assert (match.basis, match.decision) == (basis, Decision.MATCH)
