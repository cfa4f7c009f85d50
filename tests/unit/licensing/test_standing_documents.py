"""What a standing declaration says is read back whole, and nothing else is taken for one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.errors import BadTerms
from fingerprint.models import Modality
from licensing.models import ANY
from licensing.models_standing import Stance
from licensing.standing import StandingFacts, standing_document, standing_facts, standings_of
from licensing.terms import terms_to_dict
from registry.models.works import KindOfUse
from tests.unit.licensing.examples import ANNA, AT, BERT, STUDIO, terms

K = KindOfUse
OFFERED = terms(
    licensee_id=ANY, kinds=(K.SYNTHESISE_VOICE, K.REPLICATE_FACE), modalities=tuple(Modality)
)
OFFER = {
    name: value
    for name, value in terms_to_dict(OFFERED).items()
    if name not in ("performer_id", "licensee_id")
}
SAID = standings_of(ANNA, ["train_model"], ["edit"], [OFFER])
FACTS = StandingFacts(
    vc_id="urn:uuid:00000000-0000-4000-8000-000000000009",
    issuer="did:key:z6MkExample",
    performer_id=ANNA,
    standings=SAID,
    valid_from=AT,
    base_url="https://registry.example",
)


@pytest.mark.parametrize("guardians", [(), ("did:key:z6MkOne", "did:key:z6MkTwo")])
def test_a_declaration_is_read_back_as_it_was_written(guardians: tuple[str, ...]) -> None:
    facts = replace(FACTS, guardians=guardians)
    document = standing_document(facts)
    assert standing_facts({**document, "proof": []}) == facts
    assert document["credentialSubject"].get("guardian", []) == list(guardians)  # type: ignore[attr-defined]


def test_an_offer_for_several_kinds_has_of_each_the_parts_that_it_concerns() -> None:
    found = {one.kind: one.terms.modalities for one in SAID if one.terms is not None}
    assert found == {
        K.SYNTHESISE_VOICE: (Modality.VOICE,),
        K.REPLICATE_FACE: (Modality.FACE,),
    }


def offered(**changes: object) -> tuple[Any, ...]:
    return tuple(
        replace(one, terms=replace(one.terms, **changes))
        if one.stance is Stance.TERMS and one.terms is not None
        else one
        for one in SAID
    )


@pytest.mark.parametrize(
    "standings",
    [
        offered(licensee_id=STUDIO),
        offered(performer_id=BERT),
        offered(kinds=(K.SYNTHESISE_VOICE, K.DUB))[:1],
        (*SAID, replace(SAID[0], stance=Stance.NEVER, terms=None)),
        (SAID[-1], SAID[-1]),
        (),
    ],
    ids=[
        "to one licensee",
        "of somebody else",
        "of two kinds",
        "a kind twice",
        "a stance twice",
        "nothing",
    ],
)
def test_what_no_declaration_says_is_refused(standings: tuple[Any, ...]) -> None:
    with pytest.raises(BadTerms, match="standing declaration"):
        standing_facts(standing_document(replace(FACTS, standings=standings)))


def without(document: dict[str, Any]) -> None:
    del document["credentialSubject"]["policy"]["permission"]


def beside(document: dict[str, Any]) -> None:
    document["credentialSubject"]["policy"]["more"] = True


def textless(document: dict[str, Any]) -> None:
    document["credentialSubject"]["guardian"] = "did:key:z6MkOne"


@pytest.mark.parametrize("change", [without, beside, textless])
def test_a_document_that_lacks_or_adds_something_is_refused(
    change: Callable[[dict[str, Any]], None],
) -> None:
    document = standing_document(FACTS)
    change(document)
    with pytest.raises(BadTerms):
        standing_facts(document)
