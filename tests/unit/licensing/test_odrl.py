"""What we export as ODRL is read by programs that know ODRL and JSON-LD alone: rdflib and pySHACL.

The shapes beside this file say what the Information Model demands; W3C's context is stood in for
by its effect on the words that we use, since tests fetch nothing.
"""

import functools
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from licensing.assets import odrl_context_bytes, vocabulary_bytes
from licensing.models import Terms
from licensing.odrl import CONTEXT_PATH, ODRL_CONTEXT, odrl_of
from licensing.policy import PERFORMER_URN, TENANT_URN
from tests.unit.licensing.documents import BASE_URL, FACTS
from tests.unit.licensing.examples import ANNA, FULL, RIVAL, STUDIO, TERMS
from tests.unit.licensing.strategies import fit_terms

rdflib = pytest.importorskip("rdflib")
pyshacl = pytest.importorskip("pyshacl")
pytestmark = pytest.mark.filterwarnings("ignore:.*ConjunctiveGraph:DeprecationWarning")

ODRL = "http://www.w3.org/ns/odrl/2/"
EB = "urn:ebenbild:likeness:"
SHAPES = Path(__file__).with_name("odrl_shapes.ttl")
BY_ID = ("profile", "assigner", "assignee", "target")
BY_WORD = ("action", "leftOperand", "operator", "unit")
# What http://www.w3.org/ns/odrl.jsonld does to the words that an export uses.
W3C: dict[str, Any] = {
    "@vocab": ODRL,
    "uid": "@id",
    "type": "@type",
    **{name: {"@id": ODRL + name, "@type": "@id"} for name in BY_ID},
    **{name: {"@id": ODRL + name, "@type": "@vocab"} for name in BY_WORD},
}


def graph_of(document: dict[str, Any]) -> Any:
    """The triples that a JSON-LD processor sees, with both contexts at hand."""
    assert document["@context"] == [ODRL_CONTEXT, BASE_URL + CONTEXT_PATH]
    ours = json.loads(odrl_context_bytes())["@context"]
    written = json.dumps({**document, "@context": [W3C, ours]})
    return rdflib.Graph().parse(data=written, format="json-ld")


@functools.cache
def shapes() -> Any:
    return rdflib.Graph().parse(SHAPES, format="turtle")


@functools.cache
def vocabulary() -> Any:
    return rdflib.Graph().parse(data=vocabulary_bytes(), format="json-ld")


def exported(terms: Terms) -> Any:
    return graph_of(odrl_of(replace(FACTS, terms=terms)))


def judged(graph: Any) -> tuple[bool, str]:
    """Whether the shapes hold, and what a validator says."""
    fine, _, said = pyshacl.validate(graph + vocabulary(), shacl_graph=shapes())
    return fine, said


@settings(max_examples=25, deadline=None)
@given(fit_terms)
def test_every_licence_is_a_valid_agreement_to_a_validator(terms: Terms) -> None:
    fine, said = judged(exported(terms))
    assert fine, said


def test_a_licence_with_all_conditions_is_one_too() -> None:
    fine, said = judged(exported(FULL))
    assert fine, said


@pytest.mark.parametrize(
    "broken",
    [
        {"assignee": []},
        {"permission": [{"action": "eb:synthesiseVoice"}], "prohibition": []},
        {"permission": [], "prohibition": []},
    ],
)
def test_the_validator_is_awake(broken: dict[str, Any]) -> None:
    assert not judged(graph_of({**odrl_of(FACTS), **broken}))[0]


def test_a_word_that_the_vocabulary_lacks_is_noticed() -> None:
    document: Any = odrl_of(FACTS)
    document["permission"][0]["action"] = "eb:hologram"
    assert not judged(graph_of(document))[0]


def test_values_have_the_types_that_a_stranger_can_compare() -> None:
    graph = exported(FULL)
    found = {
        (str(left).rpartition("/")[2].rpartition(":")[2], str(operator).rpartition("/")[2]): right
        for left, operator, right in graph.query(
            "PREFIX o: <http://www.w3.org/ns/odrl/2/> SELECT ?l ?p ?r "
            "{ ?c o:leftOperand ?l; o:operator ?p; o:rightOperand ?r }"
        )
    }
    assert found["dateTime", "lt"].toPython() == FULL.valid_until
    assert found["payAmount", "eq"].toPython() in (Decimal("0.0125"), Decimal("0.001"))
    assert found["count", "lteq"].toPython() == 12
    assert found["ahead", "gteq"].toPython().total_seconds() == 48 * 3600
    assert str(found["per", "eq"]) == EB + "cut"


def test_every_rule_names_its_parties_and_its_part_of_the_likeness() -> None:
    document: Any = odrl_of(replace(FACTS, terms=FULL))
    for rule in (*document["permission"], *document["prohibition"]):
        assert rule["assigner"] == PERFORMER_URN + ANNA
        assert rule["assignee"] == TENANT_URN + STUDIO
        assert rule["target"].startswith(f"urn:likeness:{ANNA}")
    (promise,) = document["obligation"]
    assert promise["assigner"] == TENANT_URN + STUDIO
    assert promise["assignee"] == PERFORMER_URN + ANNA


def test_it_says_where_it_is_told_whether_the_licence_still_stands() -> None:
    graph = exported(TERMS)
    (status,) = graph.objects(rdflib.URIRef(FACTS.vc_id), rdflib.URIRef(EB + "status"))
    assert str(status) == f"{BASE_URL}/status/1#42"


def test_other_terms_are_other_triples() -> None:
    assert set(exported(TERMS)) != set(exported(replace(TERMS, licensee_id=RIVAL)))
