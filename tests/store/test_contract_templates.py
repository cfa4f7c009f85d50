"""Contracts of organisations: versions that stay, and drafts that rest on them or are refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.errors import BadTerms, Conflict, NotAllowed, NotFound
from core.principal import Principal
from licensing.models import LicenceDraft, TemplateRef, Terms
from licensing.service import licenceacts, licences, templates
from licensing.templates.filling import filled, pin
from licensing.templates.models import Template
from licensing.templates.reading import template_to_dict
from licensing.templates.shelf import standard
from licensing.terms import terms_from_dict
from licensing.verification import Trust, verify_licence_bytes
from registry.models.works import KindOfUse
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal
from tests.store.registry_steps import T0


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def house(title: str = "Our broadcaster") -> dict[str, Any]:
    found = standard("broadcaster-ai-use")
    assert found is not None
    body = template_to_dict(found)
    basis = {"id": found.id, "version": found.version}
    return {**body, "title": {"en": title, "de": title}, "based_on": basis}


def publish(deal: Deal, principal: Principal, body: dict[str, Any], of: str = "") -> Template:
    with deal.world.db.write() as session:
        return templates.publish(session, principal, body, template_id=of, now=T0).template


def get(deal: Deal, principal: Principal, template_id: str, version: str = "") -> Template:
    with deal.world.db.read() as session:
        return templates.get(session, principal, template_id, version)


def terms_of(deal: Deal, template: Template, **more: Any) -> Terms:
    fields = filled(
        template,
        {
            "performer_id": deal.performer.id,
            "licensee_id": deal.studio.tenant_id,
            "description": "Her voice and face in the second season of Night Train",
            "valid_from": "2026-12-01T00:00:00Z",
            "tariff": {"kind": "per_view", "rate": "0.01", "currency": "EUR"},
            "works": ["wrk_aaaaaaaaaaaaaaaaaaaaaaaaaa"],
            **more,
        },
    )
    return terms_from_dict(fields)


def drafted(deal: Deal, terms: Terms) -> LicenceDraft:
    with deal.world.db.write() as session:
        return licenceacts.draft_licence(
            session, deal.agent, terms, base_url=deal.world.settings.base_url, now=T0
        )


def trust(deal: Deal, days: int) -> Trust:
    registry = frozenset({deal.world.registry_key.verification_method})
    return Trust(at=T0 + timedelta(days=days), registry_methods=registry)


def test_a_version_stays_when_the_next_is_published(deal: Deal) -> None:
    first = publish(deal, deal.studio, house())
    second = publish(deal, deal.studio, house("Our better contract"), of=first.id)
    assert (first.version, second.version, second.id) == ("1", "2", first.id)
    assert get(deal, deal.agent, first.id, "1") == first
    assert get(deal, deal.agent, first.id) == second
    with deal.world.db.read() as session:
        listed = templates.list_templates(session, deal.agent)
    assert [item.template.id for item in listed if item.tenant_id] == [first.id]
    with pytest.raises(Conflict, match="present version"):
        publish(deal, deal.studio, house("Our better contract"), of=first.id)


def test_only_its_publisher_writes_the_next_version(deal: Deal) -> None:
    first = publish(deal, deal.studio, house())
    for principal, template_id in ((deal.agent, first.id), (deal.studio, "broadcaster-ai-use")):
        with pytest.raises(NotFound):
            publish(deal, principal, house("Mine now"), of=template_id)
    with pytest.raises(NotAllowed):
        publish(deal, replace(deal.studio, scopes=frozenset({"usage"})), house())


def test_a_basis_that_is_not_there_is_refused(deal: Deal) -> None:
    for basis in ({"id": "unheard", "version": "1"}, {"id": "broadcaster-ai-use", "version": "9"}):
        with pytest.raises(NotFound):
            publish(deal, deal.studio, {**house(), "based_on": basis})


@pytest.mark.parametrize("version", ["2", "0", "x", "1.5", "99999999999999999999", "²"])
def test_a_version_that_is_not_there_is_not_found(deal: Deal, version: str) -> None:
    first = publish(deal, deal.studio, house())
    with pytest.raises(NotFound):
        get(deal, deal.studio, first.id, version)


def test_a_licence_pins_the_words_that_were_read(deal: Deal) -> None:
    contract = publish(deal, deal.studio, house())
    terms = terms_of(deal, contract)
    assert terms.template == pin(contract)
    licence = deal.sign(drafted(deal, terms))
    report = verify_licence_bytes(licence.signed, trust(deal, days=30))
    assert report.ok and report.terms is not None
    assert report.terms.template == pin(contract)
    other = TemplateRef(contract.id, contract.version, "0" * 64)
    with pytest.raises(BadTerms, match="reads otherwise"):
        drafted(deal, replace(terms, template=other))
    with pytest.raises(NotFound):
        drafted(deal, replace(terms, template=TemplateRef("unheard", "1", "0" * 64)))


def test_terms_that_the_pinned_contract_refuses_are_no_draft(deal: Deal) -> None:
    contract = publish(deal, deal.studio, house())
    terms = replace(terms_of(deal, contract), kinds=(KindOfUse.TRAIN_MODEL,))
    with pytest.raises(BadTerms, match="Training or mining"):
        drafted(deal, terms)


def test_a_pack_refuses_a_draft_with_its_clause(deal: Deal) -> None:
    start = deal.terms().valid_from
    ten = start.replace(year=start.year + 10)
    drafted(deal, deal.terms(valid_until=ten, territories=("US",)))
    with pytest.raises(BadTerms, match="ten years at most"):
        drafted(deal, deal.terms(valid_until=ten + timedelta(days=1), territories=("US",)))
    drafted(deal, deal.terms(valid_until=ten + timedelta(days=1), territories=("DE",)))
    with pytest.raises(BadTerms, match="reasonably specific description"):
        drafted(deal, deal.terms(description="", territories=("US-NY",)))


def test_what_only_a_person_can_answer_is_stated_and_verified(deal: Deal) -> None:
    draft = drafted(deal, deal.terms(description="Her voice", territories=("US",)))
    (doubt,) = draft.doubts
    assert (doubt.code, doubt.detail["rule"]) == ("pack-needs-human", "living-specific")
    with deal.world.db.read() as session:
        assert licences.get_draft(session, deal.agent, draft.id).doubts == draft.doubts
    licence = deal.sign(draft)
    report = verify_licence_bytes(licence.signed, trust(deal, days=1))
    assert report.ok
    assert [item.detail["rule"] for item in report.doubts] == ["living-specific"]
