"""What must hold for each document in a bundle: signatures, the key of its day, lists, receipts.

A performer's key is the one that the registry had bound when the document was made, and a guardian
counts for the time of the custody. Spec of receipts: https://c2sp.org/tlog-proof
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core import integrity
from core.canonical import parse_strict
from core.clock import from_text
from core.errors import BadProof
from core.keys import verification_method
from core.tlogpolicy import Policy
from core.tlogproof import parse_proof
from licensing.bundlekeys import KeysOf
from licensing.credential import REVOCATION, SUSPENSION, chained_proofs, licence_facts, parse_signed
from licensing.logreceipt import PAYLOADS, verify_receipt_text
from licensing.models_extract import CarriedLicence, Extract
from licensing.models_verification import StepState
from licensing.standing import standing_facts
from licensing.status import is_set
from licensing.statuslist import read_status_list
from licensing.verification import Trust, verify_licence_bytes
from registry.consent import consent_terms

ISSUED, REVOKED = "licence.issued", "licence.revoked"
# What a licence may fail here and still be carried: it has ended, which the bundle says too.
_MAY_END = frozenset({"term", "revocation", "suspension"})
_UNTOLD = ("agency-key", StepState.NOT_CHECKED)  # older licences say that, and not by whom


def signed_at(licence: CarriedLicence) -> datetime:
    """When the registry took the licence, as the receipt of its issue says."""
    for text in licence.receipts:
        leaf = _leaf(text)
        if leaf.get("kind") == ISSUED:
            return from_text(str(leaf.get("at")))
    raise BadProof(f"The licence {licence.id} has no receipt of its issue.", code="no-receipt")


def check_licence(licence: CarriedLicence, extract: Extract, known: KeysOf) -> None:
    """Raises BadProof unless a licence holds by itself and by its registry's word."""
    trust = Trust(
        at=extract.made_at,
        registry_methods=frozenset({verification_method(extract.registry)}),
        performer_dids={extract.performer_id: known.dids},
        custodies=known.custodies,
    )
    report = verify_licence_bytes(licence.document, trust)
    failed = [
        step
        for step in report.steps
        if step.name not in _MAY_END
        and step.state is not StepState.OK
        and (step.name, step.state) != _UNTOLD
    ]
    if failed:
        raise BadProof(f"Licence {licence.id}, {failed[0].name}: {failed[0].detail}")
    document = parse_strict(licence.document)
    facts = licence_facts(document)
    made = from_text(str(chained_proofs(document)[0]["created"]))
    if facts.terms.performer_id != extract.performer_id or facts.base_url != extract.base_url:
        raise BadProof(f"Licence {licence.id} is of another performer or registry.")
    # A held key signs when the registry countersigns, the performer's own when the draft is made.
    when = signed_at(licence) if facts.issuer in known.held else made
    known.check(facts.issuer, when, facts.agency_key, f"Licence {licence.id}")
    _guarded(licence.id, facts.guardians, extract, made)


def _guarded(name: str, guardians: Sequence[str], extract: Extract, at: datetime) -> None:
    in_charge = {
        item.did
        for item in extract.guardians
        if item.since <= at and (item.until is None or at < item.until)
    }
    if not set(guardians) <= in_charge:
        raise BadProof(f"{name} is signed by somebody who was no guardian at that time.")


def check_consent(data: bytes, extract: Extract, known: KeysOf) -> None:
    """Raises BadProof unless a consent is signed by this performer's key of its day."""
    document = parse_signed(data)
    terms = consent_terms(document)
    integrity.verify(document, expected={verification_method(did) for did in terms.signers})
    right_key = terms.issuer == known.own_at(terms.valid_from)
    if terms.performer_id != extract.performer_id or not right_key:
        raise BadProof(f"The consent {terms.enrolment_id} is not by this performer's key.")
    _guarded(terms.enrolment_id, terms.guardians, extract, terms.valid_from)


def check_standing(data: bytes, extract: Extract, known: KeysOf) -> None:
    """Raises BadProof unless a declaration is this performer's, countersigned."""
    document = parse_signed(data)
    facts = standing_facts(document)
    chain = chained_proofs(document)
    for proof in chain:
        integrity.verify_proof(document, proof)
    if chain[-1]["verificationMethod"] != verification_method(extract.registry):
        raise BadProof("A declaration is countersigned by another registry.")
    if facts.performer_id != extract.performer_id:
        raise BadProof(f"The declaration {facts.vc_id} is another performer's.")
    known.check(facts.issuer, facts.valid_from, facts.agency_key, f"Declaration {facts.vc_id}")


def check_listed(licence: CarriedLicence, extract: Extract) -> None:
    """Raises BadProof unless its registry's lists say of a licence what the extract says."""
    facts = licence_facts(parse_strict(licence.document))
    trusted = {verification_method(extract.registry)}
    lists = {str(parse_strict(data).get("id")): data for data in extract.status_lists}
    for url, purpose in (
        (facts.status_url, REVOCATION),
        (facts.suspension_url, SUSPENSION),
    ):
        if url not in lists:
            raise BadProof(f"The list {url} is missing.", code="no-status-list")
        bits = read_status_list(
            lists[url], url=url, trusted=trusted, at=extract.made_at, purpose=purpose
        )
        revoked = licence.revoked_at is not None
        if purpose != SUSPENSION and is_set(bits, facts.status_index) != revoked:
            raise BadProof(f"Licence {licence.id}: the list and the extract contradict each other.")


def check_received(
    text: str, document: bytes, policy: Policy, size: int, subject: str | None = None
) -> str:
    """The kind of event that a receipt proves; raises BadProof unless it is of this document."""
    report = verify_receipt_text(text, policy, document)
    for step in report.steps:
        if step.state is StepState.FAILED:
            raise BadProof(f"A receipt of {report.vc_id}, {step.name}: {step.detail}")
    leaf = _leaf(text)
    commits = next(step for step in report.steps if step.name == "commitment")
    if leaf.get("kind") in PAYLOADS and commits.state is not StepState.OK:
        raise BadProof(f"A receipt of {report.vc_id} does not open what it commits to.")
    if subject is not None and leaf.get("id") != subject:
        raise BadProof(f"A receipt of {leaf.get('id')} stands with {subject}.")
    if parse_proof(text).index >= size:
        raise BadProof("A receipt is of a later time than the extract's checkpoint.")
    return str(leaf.get("kind"))


def check_events(licence: CarriedLicence, kinds: Sequence[str]) -> None:
    """Raises BadProof unless a licence was issued once, and revoked as the extract says."""
    if kinds.count(ISSUED) != 1:
        raise BadProof(f"The licence {licence.id} has no receipt of its issue.", code="no-receipt")
    if (REVOKED in kinds) != (licence.revoked_at is not None):
        raise BadProof(f"Licence {licence.id}: a receipt and the extract contradict each other.")


def _leaf(text: str) -> Mapping[str, Any]:
    extra = parse_strict(parse_proof(text).extra)
    return parse_strict(str(extra.get("leaf", "")).encode())
