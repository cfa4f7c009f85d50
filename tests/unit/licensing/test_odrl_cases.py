"""ODRL's public test cases that fit our profile, judged by the rule that judges licences.

A case's names are exchanged for ours (reading for a kind of use, a resource for somebody's face),
and what our licences must say beside is added: a price, and an end or a beginning of time. What
our profile has no words for does not fit, and each case says itself why.

Cases: https://github.com/SolidLabResearch/ODRL-Test-Suite (policies, requests and index at
EBENBILD_VECTORS). Its reports and times are not among the vectors: the activation state that each
report expects, and the time of its state of the world, are written out below.
"""

import functools
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import to_text
from fingerprint.models import Modality
from licensing.coverage import Release, Wanted, gaps
from licensing.models import LicenceInForce
from licensing.models_clearance import CutPlace
from licensing.policy import ACTIONS, PERFORMER_URN, TENANT_URN
from licensing.policyreading import terms_from_policy
from registry.models.works import Declaration, KindOfUse, Medium

rdflib = pytest.importorskip("rdflib")

ODRL = "http://www.w3.org/ns/odrl/2/"
EXAMPLE = "http://example.org/"
KINDS = {
    "read": KindOfUse.REPLICATE_FACE,
    "write": KindOfUse.EDIT,
    "sell": KindOfUse.ARCHIVE_REUSE,
}
OPEN_FROM, OPEN_UNTIL = "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
NOW = {
    "temporal": datetime(2024, 2, 12, 11, 20, 10, 999_000, UTC),
    "temporal-past": datetime(2017, 2, 12, 11, 20, 10, 999_000, UTC),
    "temporal-future": datetime(2025, 2, 12, 11, 20, 10, 999_000, UTC),
}
# What the suite's reports expect: whether the permission is active.
EXPECTED = {
    "testcase-026-alice-read-x": True,
    "testcase-027-alice-write-x": False,
    "testcase-028-alice-read-y": False,
    "testcase-029-bob-write-y": False,
    "testcase-036-alice-read-x": False,
    "testcase-037-alice-read-x-past": True,
    "testcase-038-alice-read-x-future": False,
    "testcase-045-alice-read-x": True,
    "testcase-046-alice-read-x-past": False,
    "testcase-047-alice-read-x-future": True,
}


class DoesNotFit(Exception):
    """What our profile has no words for."""


@dataclass(frozen=True)
class Case:
    """One test case of the suite."""

    name: str
    policy: Any
    request: Any
    sotw: str


@functools.cache
def cases() -> tuple[Case, ...]:
    """All test cases of the index."""
    folder = os.environ.get("EBENBILD_VECTORS")
    if not folder:
        pytest.skip("set EBENBILD_VECTORS to the folder of test vectors")
    root = Path(folder) / "odrl"
    index = rdflib.Graph().parse(root / "index.ttl")
    read: dict[str, Any] = {}

    def loaded(address: str) -> Any:
        path = "/".join(address.rsplit("/", 2)[-2:])
        if path not in read:
            read[path] = rdflib.Graph().parse(root / path, format="turtle")
        return read[path]

    found = []
    for case in set(index.subjects()):
        said = {str(name).rpartition("/")[2]: str(value) for name, value in index[case]}
        found.append(
            Case(
                Path(said["expectedReportSource"]).stem,
                loaded(said["policySource"]),
                loaded(said["requestSource"]),
                Path(said["sotwSource"]).stem,
            )
        )
    return tuple(sorted(found, key=lambda case: case.name))


def one(graph: Any, subject: Any, name: str, lacking: str) -> Any:
    """The only value; a rule that leaves it open, or names several, is none of ours."""
    values = list(graph.objects(subject, rdflib.URIRef(ODRL + name)))
    if len(values) != 1:
        raise DoesNotFit(lacking)
    return values[0]


def named(graph: Any, thing: Any) -> str:
    if (thing, rdflib.RDF.type, None) in graph:
        raise DoesNotFit("a licence names one licensee and one person, and no collection")
    return str(thing).removeprefix(EXAMPLE)


def party_of(graph: Any, rule: Any) -> tuple[str, str, KindOfUse]:
    """Who, whose likeness, and which kind of use."""
    who = one(graph, rule, "assignee", "a licence names its licensee")
    target = one(graph, rule, "target", "a licence names the person")
    action = str(one(graph, rule, "action", "a licence names its kinds of use"))
    if action.removeprefix(ODRL) not in KINDS:
        raise DoesNotFit("a licence names its kinds of use")
    return named(graph, who), named(graph, target), KINDS[action.removeprefix(ODRL)]


def window_of(graph: Any, rule: Any) -> tuple[str, str]:
    """From when (inclusive) until when (exclusive): all that a licence says about time."""
    found = {"gteq": OPEN_FROM, "lt": OPEN_UNTIL}
    for limit in graph.objects(rule, rdflib.URIRef(ODRL + "constraint")):
        if not list(graph.objects(limit, rdflib.URIRef(ODRL + "leftOperand"))):
            raise DoesNotFit("conditions of a licence hold together and are not nested")
        operator = str(one(graph, limit, "operator", "")).removeprefix(ODRL)
        if operator not in found:
            raise DoesNotFit("a term begins with gteq and ends with lt")
        moment = one(graph, limit, "rightOperand", "").toPython()
        found[operator] = to_text(moment)
    return found["gteq"], found["lt"]


def policy_of_ours(graph: Any) -> dict[str, object]:
    """The suite's policy in our words; raises DoesNotFit."""
    permission, prohibition = (rdflib.URIRef(ODRL + n) for n in ("permission", "prohibition"))
    if list(graph.objects(None, prohibition)):
        raise DoesNotFit("a licence permits; only training and contexts are prohibited in it")
    rules = list(graph.objects(None, permission))
    if len(rules) != 1:
        raise DoesNotFit("a licence has one scope for all that it permits")
    (rule,) = rules
    if list(graph.objects(rule, rdflib.URIRef(ODRL + "duty"))):
        raise DoesNotFit("what is owed is booked afterwards and does not open or close a licence")
    who, whose, kind = party_of(graph, rule)
    start, end = window_of(graph, rule)
    time = [("gteq", start), ("lt", end)]
    return {
        "type": "Agreement",
        "profile": "urn:profile",
        "assigner": PERFORMER_URN + whose,
        "assignee": TENANT_URN + who,
        "permission": [
            {
                "target": f"urn:likeness:{whose}:face",
                "action": ACTIONS[kind],
                "constraint": [
                    {"leftOperand": "dateTime", "operator": how, "rightOperand": when}
                    for how, when in time
                ],
                "duty": [
                    {
                        "action": "compensate",
                        "constraint": [
                            {
                                "leftOperand": "payAmount",
                                "operator": "eq",
                                "rightOperand": "0",
                                "unit": "urn:iso:std:iso:4217#EUR",
                            },
                            {
                                "leftOperand": "eb:payPer",
                                "operator": "eq",
                                "rightOperand": "eb:minute",
                            },
                        ],
                    }
                ],
            }
        ],
        "prohibition": [{"action": "eb:trainModel"}],
    }


def allowed(case: Case) -> bool:
    """What our rule says: does the licence cover what the request asks, at the case's time?"""
    terms = terms_from_policy(policy_of_ours(case.policy), profile="urn:profile")
    licence = LicenceInForce("lic", "urn:uuid:1", "tar", terms, 1, None)
    rules = case.request.objects(None, rdflib.URIRef(ODRL + "permission"))
    who, whose, kind = party_of(case.request, next(iter(rules)))
    now = NOW[case.sotw]
    declaration = Declaration(
        release_at=now.date(), territories=("DE",), medium=Medium.SERIES, language="de"
    )
    place = CutPlace("cut", who, frozenset({"cut"}))
    wanted = Wanted(whose, kind, (Modality.FACE,))
    return not gaps(licence, wanted, Release(declaration, place, now), ())


def why_not(case: Case) -> str:
    try:
        policy_of_ours(case.policy)
    except DoesNotFit as reason:
        return str(reason)
    return ""


def test_cases_that_fit_are_judged_as_the_suite_expects() -> None:
    judged = {case.name: allowed(case) for case in cases() if not why_not(case)}
    assert judged == EXPECTED


def test_every_other_case_says_why_it_does_not_fit() -> None:
    found = Counter(filter(None, map(why_not, cases())))
    assert found == {
        "a licence names its licensee": 7,
        "a licence names the person": 8,
        "a licence permits; only training and contexts are prohibited in it": 10,
        "a licence names one licensee and one person, and no collection": 8,
        "a term begins with gteq and ends with lt": 12,
        "conditions of a licence hold together and are not nested": 6,
        "what is owed is booked afterwards and does not open or close a licence": 7,
    }
    assert len(cases()) == sum(found.values()) + len(EXPECTED)
