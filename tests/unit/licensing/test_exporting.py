"""Licences as RSL and CAWG: nothing is allowed that nobody allowed; offers keep their address."""

import json
from xml.etree import ElementTree

import pytest

from licensing.exporting import MEDIA_TYPES, Exportable, Form, exported, to_everybody
from licensing.models_standing import Stance, Standing
from licensing.reservations import RSL_NAMESPACE
from registry.models.works import KindOfUse
from tests.unit.licensing.documents import BASE_URL, FACTS
from tests.unit.licensing.examples import ANNA, BERT, TERMS

TRAIN, MINE = KindOfUse.TRAIN_MODEL, KindOfUse.TEXT_AND_DATA_MINING
OFFER = Standing(ANNA, TRAIN, Stance.TERMS, TERMS)
ADDRESS = f"{BASE_URL}/standing/{ANNA}"
# What the specification of RSL 1.0 knows, sections 3.1 to 3.13.
RSL_CHILDREN = {
    "rsl": {"content"},
    "content": {"schema", "alternate", "copyright", "license", "terms"},
    "license": {"permits", "prohibits", "payment", "legal"},
    "payment": {"standard", "custom", "amount", "accepts"},
}
RSL_USAGES = {"all", "ai-all", "ai-train", "ai-input", "ai-index", "search"}
RSL_PAYMENTS = {
    *("purchase", "subscription", "training", "crawl", "use", "contribution", "attribution"),
    "free",
}


def about(*standings: Standing, several: bool = False) -> Exportable:
    return Exportable((FACTS,), standings, ADDRESS, several)


def rsl(found: Exportable) -> ElementTree.Element:
    return ElementTree.fromstring(exported(found, Form.RSL, location="/film"))


def plain(tag: str) -> str:
    return tag.removeprefix(f"{{{RSL_NAMESPACE}}}")


def uses(found: Exportable) -> dict[str, dict[str, str]]:
    written = json.loads(exported(found, Form.CAWG))
    assert written["label"] == "cawg.training-mining"
    entries: dict[str, dict[str, str]] = written["data"]["entries"]
    return entries


@pytest.mark.parametrize("said", [(), (Standing(ANNA, TRAIN, Stance.ASK),), (OFFER,)])
def test_rsl_holds_the_elements_and_values_of_its_specification(said: tuple[Standing, ...]) -> None:
    root = rsl(about(*to_everybody([ANNA], {ANNA: said})))
    for parent in root.iter():
        for child in parent:
            assert plain(child.tag) in RSL_CHILDREN[plain(parent.tag)]
            if plain(child.tag) in ("permits", "prohibits"):
                assert child.get("type") == "usage" and child.text in RSL_USAGES
            if plain(child.tag) == "payment":
                assert child.get("type") in RSL_PAYMENTS
    (content,) = root
    assert content.get("url") == "/film"


def test_silence_is_a_reservation() -> None:
    found = about(*to_everybody([ANNA], {}))
    assert {entry["use"] for entry in uses(found).values()} == {"notAllowed"}
    assert {plain(item.tag) for item in rsl(found).iter()} >= {"prohibits"}
    assert "permits" not in {plain(item.tag) for item in rsl(found).iter()}


def test_one_persons_terms_are_named_with_their_address() -> None:
    entries = uses(about(*to_everybody([ANNA], {ANNA: (OFFER,)})))
    assert entries["cawg.ai_training"] == {"use": "constrained", "constraint_info": ADDRESS}
    assert entries["cawg.ai_generative_training"]["use"] == "constrained"
    assert entries["cawg.data_mining"] == {"use": "notAllowed"}


def test_the_terms_of_several_are_a_reservation_since_no_address_is_theirs_together() -> None:
    both = {ANNA: (OFFER,), BERT: (Standing(BERT, TRAIN, Stance.TERMS, TERMS),)}
    assert {entry["use"] for entry in uses(about(*to_everybody(both, both))).values()} == {
        "notAllowed"
    }


def test_where_nobody_appears_nothing_is_reserved_in_anybodys_name() -> None:
    assert to_everybody([], {}) == ()
    assert uses(about()) == {}


def test_a_certificates_licences_stand_in_a_list_and_one_licence_alone() -> None:
    assert isinstance(json.loads(exported(about(several=True), Form.ODRL)), list)
    assert json.loads(exported(about(), Form.ODRL))["uid"] == FACTS.vc_id


def test_every_form_has_a_media_type_and_the_same_bytes_each_time() -> None:
    for form in Form:
        assert MEDIA_TYPES[form]
        assert exported(about(OFFER), form) == exported(about(OFFER), form)
