"""Standing declarations: signed by all, read by everybody, replaced whole, written for crawlers."""

import json
from xml.etree import ElementTree

import pytest

from core import keys as core_keys
from core.canonical import canonical, parse_strict
from core.errors import BadProof, BadTerms, Conflict, EbenbildError, NotFound
from core.keys import PrivateKey
from licensing.models_standing import Stance, StandingDeclaration
from licensing.reservations import robots_of, rsl_of, tdmrep_of
from licensing.service import standings
from licensing.standing import check_declaration, standings_of
from licensing.terms import terms_to_dict
from registry.models.works import KindOfUse
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal
from tests.store.registry_steps import T0

K = KindOfUse
ADDRESS = "https://registry.example/standing/prf_1"


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def offer(deal: Deal) -> dict[str, object]:
    terms = terms_to_dict(deal.terms())
    return {name: terms[name] for name in terms if name not in ("performer_id", "licensee_id")}


def declared(
    deal: Deal, never: list[str], ask: list[str], key: PrivateKey | None = None
) -> StandingDeclaration:
    stances = standings_of(deal.performer.id, never, ask, [offer(deal)])
    with deal.world.db.write() as session:
        drafts = standings.draft_standing(
            session, deal.agent, deal.performer.id, stances, base_url="https://r.example", now=T0
        )
        signer = key or deal.who.key
        return standings.sign_standing(
            session,
            deal.world.registry_key,
            deal.agent,
            deal.performer.id,
            drafts[0].id,
            signatures={
                signer.verification_method: core_keys.sign(signer, drafts[0].signing_input)
            },
            now=T0,
        )


def test_it_is_kept_and_verifies_offline(deal: Deal) -> None:
    made = declared(deal, ["train_model"], ["edit"])
    facts = check_declaration(made.signed, {deal.world.registry_key.verification_method})
    assert facts.standings == made.standings
    assert {item.kind: item.stance for item in facts.standings} == {
        K.TRAIN_MODEL: Stance.NEVER,
        K.EDIT: Stance.ASK,
        K.SYNTHESISE_VOICE: Stance.TERMS,
    }
    with deal.world.db.read() as session:
        assert standings.standing_of(session, deal.performer.id).signed == made.signed


def test_a_later_one_takes_its_place_and_the_earlier_is_still_known(deal: Deal) -> None:
    first, second = declared(deal, ["train_model"], []), declared(deal, [], ["train_model"])
    with deal.world.db.read() as session:
        assert standings.standing_of(session, deal.performer.id).id == second.id
        then = standings.standings_known(session, [deal.performer.id], up_to_seq=first.seq)
        found = standings.search_standings(session, kind=K.TRAIN_MODEL, stance=Stance.NEVER)
        asked = standings.search_standings(session, kind=K.TRAIN_MODEL, stance=Stance.ASK)
    assert {item.stance for item in then[deal.performer.id]} == {Stance.NEVER, Stance.TERMS}
    assert found == [] and [item.id for item in asked] == [second.id]


def test_another_key_signs_nothing(deal: Deal) -> None:
    with pytest.raises(BadProof):
        declared(deal, ["train_model"], [], key=core_keys.generate())


def test_nobody_else_declares_for_a_performer(deal: Deal) -> None:
    stances = standings_of(deal.performer.id, ["edit"], [], [])
    with deal.world.db.write() as session, pytest.raises(NotFound):
        standings.draft_standing(
            session, deal.studio, deal.performer.id, stances, base_url="https://r.example", now=T0
        )


def test_a_kind_is_named_once(deal: Deal) -> None:
    for never, ask in ((["edit"], ["edit"]), ([], []), (["clone"], [])):
        with pytest.raises(BadTerms):
            standings_of(deal.performer.id, never, ask, [])


def test_nothing_in_it_can_be_changed(deal: Deal) -> None:
    made = declared(deal, ["train_model"], ["edit"])
    trusted = {deal.world.registry_key.verification_method}
    policy = ("credentialSubject", "policy")
    for change in (
        lambda d: d[policy[0]][policy[1]].update(prohibition=[]),
        lambda d: d[policy[0]][policy[1]]["permission"].clear(),
        lambda d: d[policy[0]][policy[1]]["eb:offer"].clear(),
        lambda d: d.update(validFrom="2020-01-01T00:00:00Z"),
        lambda d: d["proof"].pop(0),
        lambda d: d["proof"].reverse(),
    ):
        document = parse_strict(made.signed)
        change(document)
        with pytest.raises(EbenbildError):
            check_declaration(canonical(document), trusted)
    with pytest.raises(BadProof):
        check_declaration(made.signed, {core_keys.generate().verification_method})


def test_a_draft_is_signed_once(deal: Deal) -> None:
    made = declared(deal, ["edit"], [])
    with deal.world.db.write() as session, pytest.raises(Conflict):
        standings.sign_standing(
            session,
            deal.world.registry_key,
            deal.agent,
            deal.performer.id,
            made.id,
            signatures={},
            now=T0,
        )


def test_crawlers_are_told_what_they_know_and_asking_permits_nothing(deal: Deal) -> None:
    made = declared(deal, ["train_model"], ["text_and_data_mining"])
    root = ElementTree.fromstring(rsl_of(made.standings, address=ADDRESS))
    space = "{https://rslstandard.org/rsl}"
    assert [item.text for item in root.iter(f"{space}prohibits")] == ["ai-train", "ai-index"]
    assert list(root.iter(f"{space}permits")) == []
    [entry] = json.loads(tdmrep_of(made.standings, address=ADDRESS))
    assert entry == {"location": "/", "tdm-reservation": 1, "tdm-policy": ADDRESS}
    assert "train-ai=n" in robots_of(made.standings, address=ADDRESS).decode()


def test_who_says_nothing_of_mining_reserves_nothing(deal: Deal) -> None:
    made = declared(deal, ["edit"], [])
    assert json.loads(tdmrep_of(made.standings, address=ADDRESS)) == []
    assert "train-ai" not in robots_of(made.standings, address=ADDRESS).decode()
