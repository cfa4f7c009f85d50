"""No consent, no vector: what may be stored, under which signature, and what withdrawal leaves."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from core import jobs, log
from core import keys as core_keys
from core.errors import BadProof, Broken, Conflict, NotAllowed, NotFound
from core.ids import is_id
from core.leases import LeaseLost
from fingerprint.models import Modality, Reason, SampleReport
from registry.models.people import EnrolmentState, Purpose
from registry.service import enrolment, erasure, gallery, people, samples
from registry.service.seals import open_template
from registry.store import printtemplates
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    FACE,
    SEARCH,
    T0,
    VOICE,
    Enrolled,
    a_performer,
    bind_key,
    enrolled,
    good_report,
    hand_in_sample,
    later,
    make_print,
    sign_consent,
    vector,
)


def count(world: TestWorld, table: str) -> int:
    with world.db.read() as session:
        statement = text(f"SELECT count(*) FROM {table}")
        return int(session.connection().execute(statement).scalar_one())


def test_a_payee_id_is_random_and_tells_nothing_of_the_person(world: TestWorld) -> None:
    one, two = a_performer(world, world.second), a_performer(world, world.second)
    assert is_id("pay", one.payee_id)
    assert one.payee_id != two.payee_id
    assert one.id.removeprefix("prf_") != one.payee_id.removeprefix("pay_")


@pytest.mark.parametrize("kind", ["studio", "society", "union"])
def test_who_does_not_stand_for_performers_enrols_none(world: TestWorld, kind: str) -> None:
    other = world.principal(kind)
    with pytest.raises(NotAllowed), world.db.write() as session:
        people.create_performer(session, other, name="Ada", public_name="Ada", now=T0)


def test_no_key_no_draft(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    with pytest.raises(Conflict), world.db.write() as session:
        enrolment.draft_enrolment(
            session,
            world.second,
            performer.id,
            [Modality.VOICE],
            [Purpose.MATCHING],
            base_url=world.settings.base_url,
            now=T0,
        )


def test_the_exact_signed_bytes_are_kept_and_logged(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    with world.db.read() as session:
        kept = enrolment.get_enrolment(session, world.second, who.enrolment_id)
        leaves = [leaf.kind for leaf in log.leaves(session)]
    assert kept.state is EnrolmentState.DRAFT
    assert kept.consent is not None
    assert who.key.did.encode() in kept.consent
    assert leaves == ["key.bound", "enrolment.signed"]


@pytest.mark.parametrize("attack", ["other-key", "other-bytes", "names-other-key"])
def test_a_signature_that_is_not_the_performers_is_refused(world: TestWorld, attack: str) -> None:
    performer = a_performer(world, world.second)
    key = bind_key(world, world.second, performer.id)
    thief = core_keys.generate()
    with world.db.write() as session:
        draft = enrolment.draft_enrolment(
            session,
            world.second,
            performer.id,
            [Modality.VOICE],
            [Purpose.MATCHING],
            base_url=world.settings.base_url,
            now=T0,
        )
    signature = {
        "other-key": core_keys.sign(thief, draft.signing_input),
        "other-bytes": core_keys.sign(key, b"something else"),
        "names-other-key": core_keys.sign(thief, draft.signing_input),
    }[attack]
    named = thief if attack == "names-other-key" else key
    with pytest.raises(BadProof), world.db.write() as session:
        enrolment.sign_enrolment(
            session, world.second, draft.id, signature, named.verification_method, now=T0
        )


def test_signing_twice_is_a_conflict(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    with pytest.raises(Conflict), world.db.write() as session:
        enrolment.sign_enrolment(
            session, world.second, who.enrolment_id, b"x" * 64, "did:key:z#z", now=T0
        )


def test_a_sample_without_signed_consent_is_refused(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    key = bind_key(world, world.second, performer.id)
    with world.db.write() as session:
        draft = enrolment.draft_enrolment(
            session,
            world.second,
            performer.id,
            [Modality.VOICE],
            [Purpose.MATCHING],
            base_url=world.settings.base_url,
            now=T0,
        )
    with pytest.raises(NotAllowed):
        hand_in_sample(world, Enrolled(world.second, performer, key, draft.id))


@pytest.mark.parametrize(
    ("modalities", "purposes"),
    [([Modality.FACE], [Purpose.MATCHING]), ([Modality.VOICE], [Purpose.TRAINING])],
)
def test_a_sample_beyond_the_consent_is_refused(
    world: TestWorld, modalities: list[Modality], purposes: list[Purpose]
) -> None:
    performer = a_performer(world, world.second)
    key = bind_key(world, world.second, performer.id)
    consent = sign_consent(world, world.second, performer.id, key, modalities, purposes)
    with pytest.raises(NotAllowed, match="consented"):
        hand_in_sample(world, Enrolled(world.second, performer, key, consent))


def test_a_print_is_active_sealed_and_carries_its_consent(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who, 1, 2)
    with world.db.read() as session:
        rows = list(printtemplates.sealed_templates(session, SEARCH, at=T0))
        state = enrolment.get_enrolment(session, world.second, who.enrolment_id).state
    assert state is EnrolmentState.ACTIVE
    assert {row.consent_id for row in rows} == {who.enrolment_id}
    assert {(row.model_id, row.model_sha256) for row in rows} == {(VOICE.model_id, VOICE.sha256)}
    assert {row.seq for row in rows} == {made.seq}
    assert not any(vector(1).tobytes() in row.sealed for row in rows)


def test_storing_the_same_sample_twice_changes_nothing(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    job = hand_in_sample(world, who)
    made = []
    for _ in range(2):
        with world.db.write() as session:
            made.append(
                samples.store_templates(session, world.vault, job, good_report(1), VOICE, now=T0)
            )
    assert made[0] == made[1]
    assert count(world, "template") == 1


def test_a_second_sample_adds_to_the_print_and_moves_its_seq(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    first, second = make_print(world, who, 1), make_print(world, who, 2, 3)
    assert (first.id, first.templates, second.templates) == (second.id, 1, 3)
    assert second.seq > first.seq


def test_a_refused_sample_leaves_its_reasons_and_no_vector(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    job = hand_in_sample(world, who)
    refused = SampleReport(Modality.VOICE, False, (Reason("too-quiet", {"dbfs": -60}),), (), ())
    with world.db.write() as session:
        kept = samples.store_templates(session, world.vault, job, refused, VOICE, now=T0)
    with world.db.read() as session:
        sample = samples.get_sample(session, world.second, job.subject_key)
    assert kept is None
    assert sample.reasons == refused.reasons
    assert count(world, "template") == 0


def test_a_worker_that_lost_its_lease_stores_nothing(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    job = hand_in_sample(world, who)
    with pytest.raises(LeaseLost), world.db.write() as session:
        samples.store_templates(
            session, world.vault, replace(job, fence=job.fence - 1), good_report(1), VOICE, now=T0
        )
    assert count(world, "template") == 0


def test_a_report_of_another_modality_is_broken(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    job = hand_in_sample(world, who)
    report = good_report(1, modality=Modality.FACE)
    with pytest.raises(Broken), world.db.write() as session:
        samples.store_templates(session, world.vault, job, report, FACE, now=T0)


def test_consent_is_asked_again_when_the_vector_is_kept(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    job = hand_in_sample(world, who)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, who.enrolment_id, now=T0)
    with world.db.write() as session:
        late = samples.store_templates(
            session, world.vault, job, good_report(1), VOICE, now=later(seconds=1)
        )
    assert late is None
    assert count(world, "template") == 0


def test_a_consent_that_an_insider_wrote_allows_nothing(world: TestWorld) -> None:
    who, other = enrolled(world, world.second), enrolled(world, world.second, "Bea")
    with world.db.write() as session:
        session.connection().execute(
            text(
                "UPDATE enrolment SET consent = (SELECT consent FROM enrolment WHERE id = :other)"
                " WHERE id = :mine"
            ),
            {"other": other.enrolment_id, "mine": who.enrolment_id},
        )
    with pytest.raises(NotAllowed):
        hand_in_sample(world, who)


def test_sample_files_go_after_embedding_and_shared_ones_stay(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    job = hand_in_sample(world, who, content=b"same sound")
    waiting = hand_in_sample(world, who, content=b"same sound")
    with world.db.read() as session:
        stored = samples.sample_object(session, waiting)
    assert stored is not None
    path = world.objects.path(stored)
    for done in (job, waiting):
        with world.db.write() as session:
            samples.store_templates(session, world.vault, done, good_report(1), VOICE, now=T0)
        with world.db.write() as session:
            assert samples.discard_samples(session, world.objects, world.second) == 1
        assert path.is_file() == (done is job)


def test_withdrawing_erases_every_template_at_once(world: TestWorld) -> None:
    who, other = enrolled(world, world.second), enrolled(world, world.second, "Bea")
    make_print(world, who, 1, 2)
    kept = make_print(world, other, 3)
    with world.db.write() as session:
        done = enrolment.withdraw_enrolment(
            session, world.second, who.enrolment_id, now=later(days=1)
        )
    with world.db.read() as session:
        entries, seq = gallery.load_gallery(session, world.vault, SEARCH, at=later(days=1))
    assert done.state is EnrolmentState.WITHDRAWN
    assert [entry.print_id for entry in entries] == [kept.id]
    assert count(world, "template") == 1
    assert seq == kept.seq


def test_after_shredding_even_a_copy_of_the_rows_is_unreadable(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    make_print(world, who, 1)
    with world.db.read() as session:
        (copy,) = printtemplates.sealed_templates(session, SEARCH, at=T0)
    with pytest.raises(Conflict), world.db.write() as session:
        erasure.shred_enrolment(session, world.vault, world.second, who.enrolment_id)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, who.enrolment_id, now=T0)
    with world.db.read() as session:
        (job,) = jobs.recent(session, world.second, kind=enrolment.ERASE_JOB)
        erasure.shred_enrolment(session, world.vault, world.second, job.subject_key)
    with pytest.raises(NotFound):
        open_template(world.vault, copy)


def test_who_comes_back_enrols_again(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    make_print(world, who, 1)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, world.second, who.enrolment_id, now=T0)
    with world.db.read() as session:
        erasure.shred_enrolment(session, world.vault, world.second, who.enrolment_id)
    again = sign_consent(world, world.second, who.performer.id, who.key)
    made = make_print(world, replace(who, enrolment_id=again), 1)
    with world.db.read() as session:
        entries, _ = gallery.load_gallery(session, world.vault, SEARCH, at=T0)
    assert [entry.print_id for entry in entries] == [made.id]


def test_other_tenants_see_no_enrolment(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    stranger = world.principal("agency")
    with world.db.write() as session:
        for act in (
            lambda: people.get_performer(session, stranger, who.performer.id),
            lambda: enrolment.get_enrolment(session, stranger, who.enrolment_id),
            lambda: enrolment.withdraw_enrolment(session, stranger, who.enrolment_id, now=T0),
        ):
            with pytest.raises(NotFound):
                act()
        assert people.list_performers(session, stranger) == ()
        assert samples.list_prints(session, stranger, who.performer.id) == ()
