"""Other data keys and another turning: everything reads the same, nothing lies under the old."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from api import rotating
from api.housekeeping import tidy
from core.clock import utc_now
from core.errors import BadProof, Conflict, NotFound
from fingerprint.content.models import Part
from fingerprint.voice.altering import CHANNELS
from registry.models.evidence import Scan
from registry.retention import STRANGERS, strangers_of
from registry.sealing import unmarked
from registry.service import content, gallery, rekeying, scans, turning
from registry.service.sealcheck import SealCheck, check_seals
from registry.service.seals import open_template
from registry.store import printtemplates, traces
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    SEARCH,
    T0,
    Enrolled,
    a_cut,
    declare,
    enrolled,
    hand_in,
    make_print,
    scanned_segments,
    search,
    trace,
)

NAMES = 2  # of two performers, each one seal


@dataclass(frozen=True)
class Story:
    """Two performers, and a scan in which the first was heard beside a stranger."""

    first: Enrolled
    second: Enrolled
    scan: Scan
    submission_id: str


@pytest.fixture
def story(world: TestWorld) -> Story:
    first, second = enrolled(world, world.second), enrolled(world, world.second, "Bea")
    made = make_print(world, first, 1, 2)
    make_print(world, second, 3)
    submission, job = hand_in(world, world.first, a_cut(world, world.first), declare())
    scan = scanned_segments(
        world, world.first, submission, job, [trace(1, 0, 900), trace(9, 1000, 1900)]
    )
    with world.db.write() as session:
        content.save_recognised(
            session,
            world.vault,
            job,
            submission.id,
            prints={Part.SOUND: b"content print"},
            found=[],
            now=T0,
        )
    search(world, world.first, job, scan, [made.id, None], gallery_seq=made.seq)
    return Story(first, second, scan, submission.id)


def seen(world: TestWorld, story: Story) -> list[bytes]:
    """Every vector and content print, as whoever searches gets them."""
    with world.db.read() as session:
        entries, _ = gallery.load_gallery(session, world.vault, SEARCH, at=T0)
        stored = scans.load_traces(session, world.vault, world.first, story.scan.id, at=T0)
        packed = content.open_print(
            session, world.vault, world.first, story.submission_id, Part.SOUND
        )
    assert packed is not None
    templates = [t for entry in entries for t in entry.templates]
    vectors = [t.vector for t in templates]
    vectors += [row for t in templates for row in (() if t.channels is None else t.channels)]
    assert len(vectors) == (1 + CHANNELS) * len(templates)
    vectors += [item.trace.template.vector for item in stored]
    return [*(vector.tobytes() for vector in vectors), packed]


def seals(world: TestWorld) -> dict[str, bytes]:
    query = "SELECT id, sealed FROM {} WHERE sealed IS NOT NULL"
    with world.db.read() as session:
        rows = [
            row
            for table in ("template", "trace", "content_print")
            for row in session.connection().execute(text(query.format(table)))
        ]
    return {row[0]: row[1] for row in rows}


def test_another_turning_changes_every_seal_and_no_vector(world: TestWorld, story: Story) -> None:
    before, sealed = seen(world, story), seals(world)
    assert turning.generations(world.vault) == (1,)
    assert turning.begin_next(world.vault) == 2
    assert seen(world, story) == before
    done = rotating.reseal(world)
    assert done.rows == 5
    assert seen(world, story) == before
    after = seals(world)
    turned = [name for name in after if not name.startswith("cpr_")]
    assert all(after[name] != sealed[name] for name in turned)
    assert {unmarked(after[name])[0] for name in turned} == {2}
    assert rotating.reseal(world).rows == 0


def test_a_forgotten_turning_makes_old_copies_worthless(world: TestWorld, story: Story) -> None:
    with world.db.read() as session:
        copies = list(printtemplates.sealed_templates(session, SEARCH, at=T0))
    turning.begin_next(world.vault)
    with pytest.raises(Conflict):
        rotating.forget_old(world)
    rotating.reseal(world)
    assert rotating.forget_old(world) == 1
    assert turning.generations(world.vault) == (2,)
    for copy in copies:
        with pytest.raises(NotFound):
            open_template(world.vault, copy)
    assert seen(world, story)


def test_stored_vectors_are_turned_inside_their_seals(world: TestWorld, story: Story) -> None:
    with world.db.read() as session:
        row = next(printtemplates.sealed_templates(session, SEARCH, at=T0))
    vector = open_template(world.vault, row).vector
    stored = turning.to_stored(world.vault, vector, row.model_id, 1)
    assert abs(float(np.dot(stored, vector))) < 0.999
    assert float(np.linalg.norm(stored)) == pytest.approx(float(np.linalg.norm(vector)), abs=1e-6)
    other = turning.to_stored(world.vault, vector, "another model", 1)
    assert np.abs(stored - other).max() > 0.01


def test_a_turning_that_the_keystore_lacks_is_told(world: TestWorld, story: Story) -> None:
    with world.db.read() as session:
        row = next(printtemplates.sealed_templates(session, SEARCH, at=T0))
    vector = open_template(world.vault, row).vector
    with pytest.raises(BadProof) as caught:
        turning.from_stored(world.vault, vector.astype(np.float64), row.model_id, 7)
    assert "keys restore" in caught.value.next_step


def test_one_performers_keys_are_renewed_and_nobody_elses(world: TestWorld, story: Story) -> None:
    before, sealed = seen(world, story), seals(world)
    with world.db.read() as session:
        rows = {row.id: row for row in printtemplates.sealed_templates(session, SEARCH, at=T0)}
    assert rekeying.renew(world.vault, story.first.performer.id) == 2
    done = rotating.reseal(world)
    changed = {name for name, value in seals(world).items() if value != sealed[name]}
    own = {name for name, row in rows.items() if row.performer_id == story.first.performer.id}
    assert done.rows == 3 + 1  # vectors and prints of content, and the names
    assert own < changed
    assert len(changed) == 3
    assert seen(world, story) == before
    assert rotating.forget_old(world) == 2
    assert seen(world, story) == before


def test_all_keys_are_renewed_and_the_old_ones_forgotten(world: TestWorld, story: Story) -> None:
    before, sealed = seen(world, story), seals(world)
    assert rekeying.renew_all(world.vault) == 6
    with pytest.raises(Conflict):
        rotating.forget_old(world)
    assert rotating.reseal(world).rows == 6 + NAMES
    assert all(value != sealed[name] for name, value in seals(world).items())
    assert rotating.forget_old(world) == 6
    assert seen(world, story) == before


def test_stopped_anywhere_everything_reads_and_it_goes_on(
    world: TestWorld, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seen(world, story)
    monkeypatch.setattr(rekeying, "_AT_ONCE", 1)
    for stop_at in range(6):
        rekeying.renew_all(world.vault)
        turning.begin_next(world.vault)
        with monkeypatch.context() as patch:
            _stop_after(patch, stop_at)
            with pytest.raises(KeyboardInterrupt):
                rotating.reseal(world)
        assert seen(world, story) == before
        assert rotating.reseal(world).rows == 6 - stop_at + NAMES
        assert rotating.forget_old(world) == 7
        assert seen(world, story) == before


def _stop_after(patch: pytest.MonkeyPatch, saves: int) -> None:
    left = iter(range(saves))

    def counted(save: Any) -> Any:
        def saved(*args: Any) -> None:
            save(*args)
            if next(left, None) is None:
                raise KeyboardInterrupt

        return saved

    for store in (printtemplates, traces, rekeying.content):
        patch.setattr(store, "save_seal", counted(store.save_seal))


def test_no_key_is_forgotten_that_another_table_needs(world: TestWorld, story: Story) -> None:
    sealed = world.vault.seal(story.first.enrolment_id, b"proof", {"what": "of another package"})
    rekeying.renew(world.vault, story.first.enrolment_id)
    rotating.reseal(world)
    with world.db.write() as session:
        session.connection().execute(
            text(
                "INSERT INTO fine_print (id, tenant_id, audience, recorded_at, enrolment_id, "
                "source_id, sealed) SELECT 'fpr_x', tenant_id, 'owner', recorded_at, id, 'smp_x', "
                ":sealed FROM enrolment WHERE id = :id"
            ),
            {"sealed": sealed, "id": story.first.enrolment_id},
        )
    with pytest.raises(Conflict):
        rotating.forget_old(world)
    with world.db.write() as session:
        session.connection().execute(text("DELETE FROM fine_print"))
    assert rotating.forget_old(world) == 1


def test_a_withdrawn_enrolment_stops_no_rotation(world: TestWorld, story: Story) -> None:
    world.vault.erase(story.first.enrolment_id)
    rekeying.renew_all(world.vault)
    rotating.reseal(world)
    assert rotating.forget_old(world) > 0


def test_one_shred_makes_all_of_a_performers_vectors_unreadable(
    world: TestWorld, story: Story
) -> None:
    with world.db.read() as session:
        rows = list(printtemplates.sealed_templates(session, SEARCH, at=T0))
    world.vault.erase(story.first.performer.id)
    assert [list(_opened(world, row)) for row in rows].count([]) == 2
    with world.db.read() as session:
        left = scans.load_traces(session, world.vault, world.first, story.scan.id, at=T0)
    assert [item.trace.spans[0].start_ms for item in left] == [1000]


def _opened(world: TestWorld, row: printtemplates.SealedTemplate) -> Iterator[object]:
    try:
        yield open_template(world.vault, row)
    except NotFound:
        return


def test_keys_of_an_earlier_version_are_put_under_their_performer(
    world: TestWorld, story: Story
) -> None:
    old = world.vault.seal("enr_old", b"sealed before", {})
    world.vault.adopt("enr_old", "prf_old")
    assert world.vault.owned("prf_old") == ("enr_old",)
    assert world.vault.unseal("enr_old", old, {}) == b"sealed before"
    with world.db.read() as session:
        rekeying.adopt_enrolments(session, world.vault)
    assert world.vault.owned(story.first.performer.id) == (story.first.enrolment_id,)


def test_a_keystore_older_than_the_database_is_told_and_an_erasure_too(
    world: TestWorld, story: Story
) -> None:
    def checked() -> SealCheck:
        with world.db.read() as session:
            return check_seals(session, world.vault, world.objects)

    seals_there = checked().seals
    assert checked() == SealCheck(seals_there, 0, 0)
    key_of_the_log = 1
    assert seals_there == 3 + 2 + 1 + NAMES + key_of_the_log + len(list(world.objects.names()))
    world.vault.erase(story.second.performer.id)
    assert checked() == SealCheck(seals_there, 0, 2)
    query = "DELETE FROM data_key WHERE subject_id = ?"
    world.vault.keystore.run(query, (story.first.enrolment_id,))
    assert checked() == SealCheck(seals_there, 3, 2)


def test_what_has_no_key_is_told(world: TestWorld) -> None:
    for subject in ("prf_none", "names:ten_a", "rotation:00000001"):
        with pytest.raises(NotFound):
            rekeying.renew(world.vault, subject)


def test_housekeeping_shreds_the_keys_of_days_that_are_over(world: TestWorld) -> None:
    tomorrow = strangers_of("ten_a", utc_now() + timedelta(days=1))
    over = strangers_of("ten_a", utc_now() - timedelta(days=1))
    for subject in (over, tomorrow):
        world.vault.seal(subject, b"a stranger", {})
    tidy(world.world)
    assert world.vault.subjects(STRANGERS) == (tomorrow,)
