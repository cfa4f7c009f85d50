"""A licence signed with a key held for an agency: declared, agreed on by two, or refused."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from core import keys
from core.approvalrows import Approval
from core.canonical import canonical, parse_strict
from core.errors import BadProof, BadTerms, Conflict, NotAllowed, NotFound
from core.principal import Principal
from licensing.bundlekeys import keys_of
from licensing.credential import licence_facts
from licensing.extracts import read_extract, signed_extract
from licensing.models import Licence, LicenceDraft, LicenceState
from licensing.models_extract import CarriedKey, CarriedLicence, Extract
from licensing.models_standing import StandingDeclaration
from licensing.service import custody, heldlicences, heldstandings, licenceacts, licences, standings
from licensing.service.heldlicences import Desk
from licensing.standing import standing_facts, standings_of
from registry.models.heldkeys import HeldKey
from registry.models.mandates import Act
from registry.models.works import KindOfUse
from registry.service import endingkeys, mandates
from registry.service import keys as own_keys
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal
from tests.store.registry_steps import T0, later
from tests.store.test_held_keys import BASE, made, mandated, person


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


@pytest.fixture
def agency(world: TestWorld) -> Principal:
    return world.principal("agency")


@pytest.fixture
def held(deal: Deal, agency: Principal) -> HeldKey:
    return made(deal.world, agency, mandated(deal.world, deal.who, agency))


def drafted(deal: Deal, who: Principal, **changes: Any) -> LicenceDraft:
    terms = deal.terms(**changes)
    with deal.world.db.write() as session:
        item = custody.held_for(session, who, terms.performer_id, terms.kinds, now=later(hours=2))
        return licenceacts.draft_licence(
            session,
            deal.agent,
            terms,
            held=item,
            base_url=deal.world.settings.base_url,
            now=later(hours=2),
        )


def signed(deal: Deal, who: Principal, draft_id: str, **at: int) -> Licence | Approval:
    desk = Desk(deal.world.vault, deal.world.registry_key, 50)
    with deal.world.db.write() as session:
        return heldlicences.sign_licence_held(
            session, desk, who, draft_id, now=later(**(at or {"hours": 3}))
        )


def test_two_people_sign_it_and_it_declares_holder_and_mandate(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    deal.world.db.single_operator = False
    ben, carla = person(agency, "ben"), person(agency, "carla", "admin")
    draft = drafted(deal, ben)
    assert isinstance(signed(deal, ben, draft.id), Approval)
    assert isinstance(signed(deal, ben, draft.id), Approval)
    licence = signed(deal, carla, draft.id)
    assert isinstance(licence, Licence)
    assert licence.state is LicenceState.SIGNED
    facts = licence_facts(parse_strict(licence.signed))
    assert facts.agency_key == held.declared
    assert facts.issuer == held.did
    assert facts.terms.formation.agency_key


def test_the_performers_own_key_signs_as_before_and_says_nothing(deal: Deal, held: HeldKey) -> None:
    licence = deal.licence()
    assert licence_facts(parse_strict(licence.signed)).agency_key is None
    with pytest.raises(BadTerms) as refused:
        deal.draft(formation=replace(deal.terms().formation, agency_key=True))
    assert refused.value.code == "agency-key-not-used"


def test_nobody_else_signs_what_is_drafted_for_the_held_key(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    draft = drafted(deal, agency)
    with pytest.raises(BadProof):
        deal.sign(draft, now=later(hours=3))
    with pytest.raises(NotFound):
        signed(deal, deal.world.principal("agency"), draft.id)
    with pytest.raises(NotFound):
        signed(deal, agency, deal.draft().id)
    with pytest.raises(Conflict):
        drafted(deal, deal.world.principal("agency"))


def test_after_the_end_nothing_more_and_what_was_signed_stays(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    before, waiting = drafted(deal, agency), drafted(deal, agency)
    assert isinstance(signed(deal, agency, before.id), Licence)
    with deal.world.db.write() as session:
        endingkeys.end_key(session, deal.agent, held.id, now=later(hours=4))
    with pytest.raises(NotAllowed):
        signed(deal, agency, waiting.id, hours=5)
    with deal.world.db.read() as session:
        kept = licences.get_licence(session, deal.agent, before.id)
    assert kept.state is LicenceState.SIGNED
    with pytest.raises(Conflict):
        drafted(deal, agency)


def test_an_expired_or_revoked_mandate_signs_nothing(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    draft = drafted(deal, agency)
    with pytest.raises(NotAllowed) as refused:
        signed(deal, agency, draft.id, days=30)
    assert refused.value.code == "mandate-over"
    with deal.world.db.write() as session:
        mandates.revoke_mandate(session, deal.agent, held.declared.mandate_id, now=later(hours=4))
    with pytest.raises(NotAllowed):
        signed(deal, agency, draft.id, hours=5)


def test_the_mandate_bounds_the_kinds(deal: Deal, agency: Principal) -> None:
    made(deal.world, agency, mandated(deal.world, deal.who, agency, kinds=[KindOfUse.DUB]))
    with pytest.raises(NotAllowed):
        drafted(deal, agency)


@pytest.mark.parametrize("forged", ["dropped", "holder", "word"])
def test_a_draft_that_hides_or_twists_who_holds_the_key_is_not_signed(
    deal: Deal, agency: Principal, held: HeldKey, forged: str
) -> None:
    """Whoever changes the draft in the database gets no countersignature."""
    draft = drafted(deal, agency)
    _forge(deal, draft, forged)
    with pytest.raises(BadTerms) as refused:
        signed(deal, agency, draft.id)
    assert refused.value.code == "agency-key-undeclared"


def _forge(deal: Deal, draft: LicenceDraft, how: str) -> None:
    document = parse_strict(canonical(draft.document))
    subject = document["credentialSubject"]
    if how == "holder":
        subject["agencyKey"]["holder"] = "urn:ebenbild:tenant:ten_other"
    else:
        del subject["agencyKey"]
    if how == "dropped":
        words = subject["policy"].pop("eb:formation")
        assert words == ["eb:written", "eb:agencyKey"]
    with deal.world.db.write() as session:
        connection = session.connection()
        connection.execute(text("DROP TRIGGER licence_draft_no_update"))
        connection.execute(
            text("UPDATE licence_draft SET document = :data WHERE id = :id"),
            {"data": canonical(document), "id": draft.id},
        )


def test_a_signature_with_the_held_key_from_elsewhere_is_no_way_in(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    """Even who had the private key gets nothing past the two people."""
    draft = drafted(deal, agency)
    with deal.world.db.write() as session, pytest.raises(BadProof):
        licenceacts.sign_licence(
            session,
            deal.world.registry_key,
            deal.agent,
            draft.id,
            signature=keys.sign(deal.who.key, draft.signing_input),
            verification_method=keys.verification_method(held.did),
            now=later(hours=3),
        )


def test_an_act_to_license_alone_holds_no_key(deal: Deal, agency: Principal) -> None:
    mandated(deal.world, deal.who, agency, [Act.LICENSE])
    with pytest.raises(Conflict) as refused:
        drafted(deal, agency)
    assert refused.value.code == "no-held-key"


def test_a_declaration_names_the_holder_too_and_needs_two(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    deal.world.db.single_operator = False
    ben, carla = person(agency, "ben"), person(agency, "carla")
    stances = standings_of(deal.performer.id, ["train_model"], ["dub"], [])
    with deal.world.db.write() as session:
        (draft,) = standings.draft_standing(
            session, deal.agent, deal.performer.id, stances, held=held, base_url=BASE, now=T0
        )
    assert isinstance(_declared(deal, ben, draft.id), Approval)
    made = _declared(deal, carla, draft.id)
    assert isinstance(made, StandingDeclaration)
    assert standing_facts(parse_strict(made.signed)).agency_key == held.declared
    with pytest.raises(NotFound):
        _declared(deal, deal.world.principal("agency"), draft.id)


def _declared(deal: Deal, who: Principal, draft_id: str) -> StandingDeclaration | Approval:
    desk = Desk(deal.world.vault, deal.world.registry_key, 50)
    with deal.world.db.write() as session:
        return heldstandings.sign_standing_held(
            session, desk, who, deal.performer.id, draft_id, now=later(hours=3)
        )


def test_a_bundle_carries_held_keys_and_a_licence_after_their_end_is_refused(
    deal: Deal, agency: Principal, held: HeldKey
) -> None:
    draft = drafted(deal, agency)
    licence = signed(deal, agency, draft.id)
    assert isinstance(licence, Licence)
    extract = _extract(deal, held, licence, ended=later(hours=4))
    assert read_extract(signed_extract(extract, deal.world.registry_key)) == extract
    known = keys_of(extract)
    assert known.custodies == {held.did: held.declared}
    known.check(held.did, later(hours=3), held.declared, "it")
    for at, declared in (
        (later(hours=4), held.declared),
        (T0, held.declared),
        (later(hours=3), None),
    ):
        with pytest.raises(BadProof):
            known.check(held.did, at, declared, "it")
    with pytest.raises(BadProof):
        known.check(deal.who.key.did, later(hours=3), held.declared, "it")
    with pytest.raises(BadProof):
        keys_of(replace(extract, held_keys=(CarriedKey(extract.keys[0], None),)))
    with pytest.raises(BadProof):
        keys_of(replace(extract, keys=(held.statement,), held_keys=()))


def _extract(deal: Deal, held: HeldKey, licence: Licence, *, ended: datetime) -> Extract:
    with deal.world.db.read() as session:
        own = own_keys.key_history(session, deal.performer.id)
    return Extract(
        registry=deal.world.registry_key.did,
        base_url=deal.world.settings.base_url,
        performer_id=deal.performer.id,
        made_at=later(days=1),
        checkpoint="log",
        policy="quorum none",
        keys=tuple(item.statement for item in own),
        held_keys=(CarriedKey(held.statement, ended),),
        licences=(CarriedLicence(licence.id, licence.signed, None, None, ()),),
    )
