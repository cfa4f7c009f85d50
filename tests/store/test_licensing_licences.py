"""Licences in the store: who may sign, see and revoke them, and that the kept bytes verify."""

import threading
from datetime import datetime

import pytest
from sqlmodel import text

from core import keys as core_keys
from core import log, tenants
from core.appendonly import append_only_tables
from core.canonical import canonical, parse_strict
from core.errors import BadProof, BadTerms, Broken, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal
from fingerprint.models import Modality
from licensing.models import LicenceState
from licensing.service import licenceacts, licences
from licensing.service.statuslists import suspension_list_credential
from licensing.verification import STEPS, Trust, verify_licence_bytes
from registry.models.works import KindOfUse
from registry.service import keys
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal
from tests.store.registry_steps import T0, a_performer, bind_key, later


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def trust(deal: Deal, at: datetime = T0, *, status: bytes | None = None) -> Trust:
    lists = [] if status is None else [status, suspension_list(deal, at)]
    return Trust(
        at=at,
        registry_methods=frozenset({deal.world.registry_key.verification_method}),
        performer_dids={deal.performer.id: frozenset({deal.who.key.did})},
        status_lists={parse_strict(data)["id"]: data for data in lists},
    )


def status_list(deal: Deal, now: datetime = T0) -> bytes:
    with deal.world.db.read() as session:
        return licences.status_list_credential(
            session, deal.world.registry_key, base_url=deal.world.settings.base_url, now=now
        )


def suspension_list(deal: Deal, now: datetime) -> bytes:
    world = deal.world
    with world.db.read() as session:
        return suspension_list_credential(
            session, world.registry_key, base_url=world.settings.base_url, now=now, number=1
        )


def test_a_new_licence_names_both_lists_at_the_same_place(deal: Deal) -> None:
    revoked, suspended = parse_strict(deal.licence().signed)["credentialStatus"]
    assert (revoked["statusPurpose"], suspended["statusPurpose"]) == ("revocation", "suspension")
    assert revoked["statusListIndex"] == suspended["statusListIndex"]
    assert suspended["statusListCredential"] == f"{revoked['statusListCredential']}/suspension"


def test_a_signed_licence_verifies_offline_with_every_step_checked(deal: Deal) -> None:
    licence = deal.licence()
    report = verify_licence_bytes(licence.signed, trust(deal, status=status_list(deal)))
    assert report.complete, report.steps
    assert report.terms == licence.terms
    assert report.vc_id == licence.vc_id


def test_the_kept_bytes_are_the_signed_ones_and_canonical(deal: Deal) -> None:
    licence = deal.licence()
    with deal.world.db.read() as session:
        kept = licences.get_licence(session, deal.agent, licence.id)
    assert kept == licence
    assert canonical(parse_strict(kept.signed)) == kept.signed


def test_terms_come_back_in_order_and_whole(deal: Deal) -> None:
    licence = deal.licence(
        kinds=(KindOfUse.EDIT, KindOfUse.SYNTHESISE_VOICE),
        modalities=(Modality.FACE, Modality.VOICE),
        territories=("DE", "AT"),
        seconds_max=30,
    )
    assert licence.terms.kinds == (KindOfUse.SYNTHESISE_VOICE, KindOfUse.EDIT)
    assert licence.terms.modalities == (Modality.VOICE, Modality.FACE)
    assert licence.terms.territories == ("DE", "AT")


def test_unfit_terms_are_refused_with_every_reason(deal: Deal) -> None:
    with pytest.raises(BadTerms) as refusal:
        deal.draft(kinds=(), territories=())
    assert "No kind of use is named." in refusal.value.message
    assert "Under territories" not in refusal.value.message
    assert "territories" in refusal.value.message


def test_only_the_performers_own_side_can_draft(deal: Deal) -> None:
    with deal.world.db.write() as session, pytest.raises(NotFound):
        licenceacts.draft_licence(
            session, deal.studio, deal.terms(), base_url="https://registry.invalid", now=T0
        )


def test_a_licensee_must_exist(deal: Deal) -> None:
    with pytest.raises(NotFound):
        deal.draft(licensee_id=new_id("ten"))


def test_no_licence_without_a_bound_key(deal: Deal) -> None:
    other = a_performer(deal.world, deal.agent, "Bo")
    with pytest.raises(Conflict) as refusal:
        deal.draft(performer_id=other.id)
    assert refusal.value.code == "no-key"


def test_a_draft_is_given_out_again_with_the_same_bytes(deal: Deal) -> None:
    draft = deal.draft()
    with deal.world.db.read() as session:
        assert licences.get_draft(session, deal.agent, draft.id) == draft


def test_another_key_cannot_sign(deal: Deal) -> None:
    draft = deal.draft()
    with pytest.raises(BadProof) as refusal:
        deal.sign(draft, core_keys.generate())
    assert refusal.value.code == "wrong-key"


def test_a_signature_over_other_bytes_is_refused(deal: Deal) -> None:
    draft, other = deal.draft(), deal.draft(seconds_max=5)
    with deal.world.db.write() as session, pytest.raises(BadProof):
        licenceacts.sign_licence(
            session,
            deal.world.registry_key,
            deal.agent,
            draft.id,
            signature=core_keys.sign(deal.who.key, other.signing_input),
            verification_method=deal.who.key.verification_method,
            now=T0,
        )


def test_a_draft_from_before_a_key_change_cannot_be_signed(deal: Deal) -> None:
    draft = deal.draft()
    rotated = replace_key(deal)
    with pytest.raises(BadProof):
        deal.sign(draft, now=later(days=3))
    with pytest.raises(BadProof):
        deal.sign(draft, rotated, now=later(days=3))


def replace_key(deal: Deal) -> core_keys.PrivateKey:
    fresh = core_keys.generate()
    with deal.world.db.write() as session:
        asked = keys.draft_key(
            session,
            deal.agent,
            deal.performer.id,
            fresh.did,
            registry_did=deal.world.registry_key.did,
            base_url=deal.world.settings.base_url,
            now=later(days=2),
        )
        assert asked.authorisation is not None
        keys.register_key(
            session,
            deal.world.registry_key,
            deal.agent,
            asked.id,
            possession=core_keys.sign(fresh, asked.possession.signing_input),
            authorisation=core_keys.sign(deal.who.key, asked.authorisation.signing_input),
            now=later(days=2),
        )
    return fresh


def test_a_draft_whose_term_is_over_cannot_be_signed(deal: Deal) -> None:
    draft = deal.draft()
    with pytest.raises(BadTerms):
        deal.sign(draft, now=later(days=400))


def test_a_licence_that_begins_later_can_be_signed_now(deal: Deal) -> None:
    licence = deal.licence(valid_from=later(days=10))
    assert licence.state is LicenceState.SIGNED


def test_a_second_signature_is_a_conflict(deal: Deal) -> None:
    draft = deal.draft()
    deal.sign(draft)
    with pytest.raises(Conflict):
        deal.sign(draft)


def test_of_two_who_sign_at_once_one_succeeds(deal: Deal) -> None:
    draft, outcomes = deal.draft(), []

    def attempt() -> None:
        try:
            outcomes.append(deal.sign(draft))
        except Conflict as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [
        False,
        True,
        True,
        True,
    ]


def test_a_draft_is_seen_by_its_owner_only_and_a_licence_by_both_parties(deal: Deal) -> None:
    draft = deal.draft()
    stranger = deal.world.principal("studio")
    with deal.world.db.read() as session:
        for principal in (deal.studio, stranger):
            with pytest.raises(NotFound):
                licences.get_draft(session, principal, draft.id)
    licence = deal.sign(draft)
    with deal.world.db.read() as session:
        assert licences.get_licence(session, deal.studio, licence.id) == licence
        assert [item.id for item in licences.list_licences(session, deal.studio)] == [licence.id]
        assert licences.list_licences(session, stranger) == []
        with pytest.raises(NotFound):
            licences.get_licence(session, stranger, licence.id)


def test_scopes_are_asked_for(deal: Deal) -> None:
    licence = deal.licence()
    narrow = Principal(deal.agent.tenant_id, "k", frozenset({"usage"}), "agency")
    with deal.world.db.write() as session:
        with pytest.raises(NotAllowed):
            licenceacts.revoke_licence(session, narrow, licence.id, "x", now=T0)
        with pytest.raises(NotAllowed):
            licenceacts.draft_licence(
                session, narrow, deal.terms(), base_url="https://registry.invalid", now=T0
            )


def test_a_revocation_sets_its_bit_and_no_other(deal: Deal) -> None:
    first, second = deal.licence(), deal.licence()
    revoked = deal.revoke(first)
    assert revoked.state is LicenceState.REVOKED
    published = status_list(deal, later(days=1))
    after = trust(deal, later(days=1), status=published)
    states = {
        licence.id: verify_licence_bytes(licence.signed, after).steps[STEPS.index("revocation")]
        for licence in (first, second)
    }
    assert states[first.id].state.value == "failed"
    assert states[second.id].state.value == "ok"


def test_only_the_performers_side_revokes_and_only_once(deal: Deal) -> None:
    licence = deal.licence()
    with deal.world.db.write() as session, pytest.raises(NotAllowed):
        licenceacts.revoke_licence(session, deal.studio, licence.id, "no", now=T0)
    first = deal.revoke(licence, "first reason")
    assert deal.revoke(licence, "second reason") == first
    with deal.world.db.read() as session:
        seen = licences.get_licence(session, deal.studio, licence.id)
    assert (seen.state, seen.revoke_reason) == (LicenceState.REVOKED, "first reason")


def test_a_revocation_counts_from_its_sequence_on_and_not_before(deal: Deal) -> None:
    licence = deal.licence()
    revoked = deal.revoke(licence)
    assert licence.seq is not None and revoked.revoked_seq is not None

    def known(up_to_seq: int) -> list[bool]:
        with deal.world.db.read() as session:
            found = licences.licences_known(
                session,
                deal.studio,
                performer_ids=[deal.performer.id],
                licensee_id=deal.studio.tenant_id,
                up_to_seq=up_to_seq,
            )
        return [item.revoked_at is not None for item in found]

    assert known(licence.seq - 1) == []
    assert known(licence.seq) == [False]
    assert known(revoked.revoked_seq - 1) == [False]
    assert known(revoked.revoked_seq) == [True]


def test_signing_and_revoking_are_in_the_log(deal: Deal) -> None:
    licence = deal.licence()
    deal.revoke(licence)
    with deal.world.db.read() as session:
        kinds = [leaf.kind for leaf in log.leaves(session) if leaf.subject_id == licence.id]
        assert log.faults(session) == ()
    assert kinds == ["licence.issued", "licence.revoked"]


def test_status_lists_are_numbered_from_one(deal: Deal) -> None:
    with deal.world.db.read() as session:
        for number in (0, 2):
            with pytest.raises(NotFound):
                licences.status_list_credential(
                    session,
                    deal.world.registry_key,
                    base_url="https://registry.invalid",
                    now=T0,
                    number=number,
                )


def test_places_on_the_status_list_are_never_given_twice(deal: Deal) -> None:
    made = [deal.licence() for _ in range(5)]
    places = {(licence.status_list, licence.status_index) for licence in made}
    assert len(places) == len(made)


def test_rows_of_licences_can_be_neither_changed_nor_deleted(deal: Deal) -> None:
    deal.revoke(deal.licence())
    tables = {table.name for table in append_only_tables()}
    for table in ("licence_draft", "licence", "licence_revocation"):
        assert table in tables
        for statement in (f"UPDATE {table} SET tenant_id = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(Broken), deal.world.db.write() as session:
                session.connection().execute(text(statement))


def test_a_registry_that_is_not_trusted_is_no_registry(deal: Deal) -> None:
    licence = deal.licence()
    stranger = Trust(T0, frozenset({core_keys.generate().verification_method}))
    report = verify_licence_bytes(licence.signed, stranger)
    assert not report.ok
    states = {step.name: step.state.value for step in report.steps}
    assert states["registry-trusted"] == "failed"


def test_a_licence_names_the_licensees_own_identifier_where_it_has_one(world: TestWorld) -> None:
    deal = a_deal(world)
    with world.db.write() as session:
        studio = tenants.create_tenant(
            session, name="With DID", kind="studio", did="did:web:studio.example"
        )
    named = Principal(studio.id, "k", frozenset({"*"}), "studio")
    licence = Deal(world, deal.who, named).licence()
    subject = parse_strict(licence.signed)["credentialSubject"]
    assert subject["id"] == "did:web:studio.example"
    assert verify_licence_bytes(licence.signed, trust(deal)).ok


def test_a_draft_names_the_key_that_is_bound_and_the_time_to_sign_with(deal: Deal) -> None:
    other = a_performer(deal.world, deal.agent, "Cy")
    key = bind_key(deal.world, deal.agent, other.id)
    draft = deal.draft(performer_id=other.id)
    assert draft.document["issuer"] == key.did
    assert draft.options.verification_method == key.verification_method
    assert draft.options.created == "2027-01-01T09:00:00Z"
