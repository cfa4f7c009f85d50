"""Step 13: whether a licence says truly that an agency held the key; every lie about it shows."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import integrity
from core.canonical import canonical
from core.clock import to_text
from core.errors import BadTerms
from core.integrity import ProofOptions
from licensing.credential import LicenceFacts, licence_document, licence_facts
from licensing.documentchecks import Brought
from licensing.documentkinds import verify_document
from licensing.models_verification import StepState, VerifyStep
from licensing.verification import verify_licence_bytes
from registry.keyhistory import Authority, Statement, statement_document
from registry.mandates import mandate_document
from registry.models.heldkeys import AgencyKey
from registry.models.mandates import Act, MandateTerms
from tests.unit.licensing.documents import (
    BASE_URL,
    FACTS,
    PERFORMER,
    REGISTRY,
    STRANGER,
    signed,
    trust,
)
from tests.unit.licensing.examples import ANNA, AT, TERMS

HELD = STRANGER  # the key that the registry holds, which is not the performer's own
AGENCY = "ten_agency"
MONTH = timedelta(days=30)


def mandate(
    acts: tuple[Act, ...] = (Act.HOLD_KEY, Act.LICENSE),
    holder: str = AGENCY,
    until: datetime = AT + MONTH,
) -> bytes:
    terms = MandateTerms("mdt_1", ANNA, holder, PERFORMER.did, (), acts, (), AT - MONTH, until)
    unsigned = mandate_document(terms, base_url=BASE_URL)
    options = ProofOptions(PERFORMER.verification_method, to_text(AT - MONTH))
    return canonical(integrity.sign(unsigned, options, PERFORMER))


def declared(data: bytes, **changes: str) -> AgencyKey:
    digest = hashlib.sha256(data).hexdigest()
    return replace(AgencyKey(AGENCY, "Agency & Sons", "mdt_1", digest), **changes)


MANDATE = mandate()
DECLARED = declared(MANDATE)


def facts(agency_key: AgencyKey | None = DECLARED, *, flagged: bool = True) -> LicenceFacts:
    terms = replace(TERMS, formation=replace(TERMS.formation, agency_key=flagged))
    return replace(FACTS, issuer=HELD.did, terms=terms, agency_key=agency_key)


def licence(agency_key: AgencyKey | None = DECLARED, *, flagged: bool = True) -> bytes:
    document = licence_document(facts(agency_key, flagged=flagged))
    return canonical(signed(document, first=HELD))


def binding(custody: AgencyKey | None = DECLARED) -> bytes:
    authority = Authority.FIRST if custody is None else Authority.MANDATE
    statement = Statement("kbd_1", REGISTRY.did, ANNA, HELD.did, None, authority, AT, custody)
    document = statement_document(statement, base_url=BASE_URL)
    for key in (HELD, REGISTRY):
        options = ProofOptions(key.verification_method, to_text(AT))
        document = dict(integrity.sign(document, options, key))
    return canonical(document)


def step(data: bytes, *others: bytes) -> VerifyStep:
    methods = frozenset({REGISTRY.verification_method})
    _, report = verify_document(data, Brought(AT, methods, others=others))
    (found,) = [one for one in report.steps if one.name == "agency-key"]
    assert found.number == 13
    return found


def test_it_says_who_held_the_key_and_under_which_mandate() -> None:
    found = step(licence(), binding(), MANDATE)
    assert found.state is StepState.OK
    assert found.detail == (
        "Signed by a key that Agency & Sons (ten_agency) held for the performer under mandate "
        "mdt_1, which is at hand and let it."
    )
    assert step(licence(), binding()).state is StepState.OK


def test_without_the_binding_it_says_so_and_counts_it_not_as_good() -> None:
    found = step(licence())
    assert found.state is StepState.NOT_CHECKED
    assert "ten_agency" in found.detail


def test_it_is_read_back_and_an_ordinary_licence_keeps_its_bytes() -> None:
    assert licence_facts(licence_document(facts())) == facts()
    assert "agencyKey" not in licence_document(FACTS)["credentialSubject"]  # type: ignore[operator]


def test_older_licences_that_named_nobody_are_not_refused() -> None:
    assert step(licence(None)).state is StepState.NOT_CHECKED
    assert step(canonical(signed())).state is StepState.OK


FORGED: dict[str, tuple[bytes, tuple[bytes, ...]]] = {
    "declaration dropped": (licence(None, flagged=False), (binding(),)),
    "declaration dropped and the word kept": (licence(None), (binding(),)),
    "holder changed": (licence(replace(DECLARED, holder_id="ten_other")), (binding(),)),
    "holder renamed": (licence(replace(DECLARED, holder_name="Somebody")), (binding(),)),
    "mandate changed": (licence(replace(DECLARED, mandate_id="mdt_2")), (binding(),)),
    "the performer's own key": (licence(), (binding(None),)),
    "another mandate of that name": (licence(), (binding(), mandate((Act.LICENSE,)))),
    **{
        f"a mandate {name}": (licence(declared(other)), (binding(declared(other)), other))
        for name, other in {
            "without the act": mandate((Act.LICENSE,)),
            "to another": mandate(holder="ten_other"),
            "that was over": mandate(until=AT),
        }.items()
    },
}


@pytest.mark.parametrize("name", FORGED)
def test_every_lie_is_found(name: str) -> None:
    data, others = FORGED[name]
    assert step(data, *others).state is StepState.FAILED


def test_a_mandate_that_nobody_signed_is_found() -> None:
    other = MANDATE.replace(b'"acts":["hold-key","license"]', b'"acts":["hold-key"]')
    assert other != MANDATE
    told = declared(other)
    assert step(licence(told), binding(told), other).state is StepState.FAILED


def test_a_holder_that_the_agreement_does_not_mention_is_unreadable() -> None:
    with pytest.raises(BadTerms):
        licence_facts(licence_document(facts(flagged=False)))


@pytest.mark.parametrize(
    "change", [{"holder": ""}, {"holderName": 7}, {"more": "x"}, {"mandate": None}]
)
def test_a_declaration_says_all_four_and_nothing_else(change: dict[str, Any]) -> None:
    document: dict[str, Any] = licence_document(facts())
    document["credentialSubject"]["agencyKey"].update(change)
    with pytest.raises(BadTerms):
        licence_facts(document)


def test_a_bare_licence_needs_no_binding() -> None:
    report = verify_licence_bytes(canonical(signed()), trust())
    assert report.steps[-1].detail == "It names no agency that held the key."
