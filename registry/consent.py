"""The consent that a performer signs before any vector is kept, and what it covers.

A W3C Verifiable Credential 2.0 issued by the performer's own did:key; the registry keeps its
exact bytes. Purposes are asked for one by one (GDPR Art. 9(2)(a)): matching says nothing of
training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import from_text, to_text
from core.errors import BadInput, BadTerms
from fingerprint.models import Modality, Reason
from registry.models.people import Purpose

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
PERFORMER_URN = "urn:ebenbild:performer:"
RETENTION = {"samples": "deleted-after-embedding", "templates": "until-withdrawn-or-expired"}
ADULTS_ONLY = frozenset({Purpose.TRAINING, Purpose.COMPARISON})
EXCERPTS_KEPT = {"excerpts": "until-withdrawn-or-expired"}


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """What an enrolment consent says; `valid_until` is exclusive, `None` = until withdrawn.

    `guardians` are the keys of all who sign for a minor beside `issuer`; empty for adults.
    """

    enrolment_id: str
    performer_id: str
    issuer: str
    modalities: tuple[Modality, ...]
    purposes: tuple[Purpose, ...]
    valid_from: datetime
    valid_until: datetime | None
    guardians: tuple[str, ...] = ()

    @property
    def signers(self) -> tuple[str, ...]:
        """The did:key of everybody whose proof the consent must carry."""
        return (self.issuer, *self.guardians)


def check_consent(terms: ConsentTerms) -> tuple[Reason, ...]:
    """Every reason why `terms` may not be signed; empty when they may."""
    reasons: list[Reason] = []
    if not terms.modalities:
        reasons.append(Reason("no-modality", {}))
    if not terms.purposes:
        reasons.append(Reason("no-purpose", {}))
    if terms.valid_until is not None and terms.valid_until <= terms.valid_from:
        reasons.append(Reason("ends-before-start", {"valid_until": to_text(terms.valid_until)}))
    if terms.guardians and Purpose.TRAINING in terms.purposes:
        reasons.append(Reason("minor-no-training", {}))
    if terms.guardians and Purpose.COMPARISON in terms.purposes:
        reasons.append(Reason("minor-no-comparison", {}))
    return tuple(reasons)


def consent_document(terms: ConsentTerms, *, base_url: str) -> dict[str, object]:
    """The unsigned credential; `consent_terms` reads it back."""
    compared = Purpose.COMPARISON in terms.purposes
    subject: dict[str, object] = {
        "id": PERFORMER_URN + terms.performer_id,
        "modalities": [modality.value for modality in terms.modalities],
        "purposes": [purpose.value for purpose in terms.purposes],
        "retention": RETENTION | (EXCERPTS_KEPT if compared else {}),
    }
    document: dict[str, object] = {
        "@context": [CREDENTIALS_V2, f"{base_url}/ns/enrolment/v1"],
        "id": f"urn:ebenbild:enrolment:{terms.enrolment_id}",
        "type": ["VerifiableCredential", "EnrolmentConsent"],
        "issuer": terms.issuer,
        "validFrom": to_text(terms.valid_from),
        "credentialSubject": subject,
    }
    if terms.guardians:
        document["credentialSubject"] = {**subject, "guardians": list(terms.guardians)}
    if terms.valid_until is not None:
        document["validUntil"] = to_text(terms.valid_until)
    return document


def consent_terms(document: Mapping[str, object]) -> ConsentTerms:
    """Reads a consent credential; raises `BadTerms` when it is not one."""
    try:
        return _terms(document)
    except (BadInput, KeyError, TypeError, ValueError) as exc:
        raise BadTerms("This is no enrolment consent.", code="bad-consent") from exc


def coverage(
    terms: ConsentTerms, *, performer_id: str, modality: Modality, purpose: Purpose, at: datetime
) -> tuple[Reason, ...]:
    """Every reason why `terms` do not cover the act; empty when they do."""
    reasons: list[Reason] = []
    if terms.performer_id != performer_id:
        reasons.append(Reason("other-performer", {}))
    if modality not in terms.modalities:
        reasons.append(Reason("modality-not-consented", {"modality": modality.value}))
    if purpose not in terms.purposes:
        reasons.append(Reason("purpose-not-consented", {"purpose": purpose.value}))
    if at < terms.valid_from:
        reasons.append(Reason("consent-not-begun", {"valid_from": to_text(terms.valid_from)}))
    if terms.valid_until is not None and at >= terms.valid_until:
        reasons.append(Reason("consent-expired", {"valid_until": to_text(terms.valid_until)}))
    return tuple(reasons)


def _terms(document: Mapping[str, object]) -> ConsentTerms:
    if "EnrolmentConsent" not in _texts(document["type"]):
        raise ValueError("type")
    subject = document["credentialSubject"]
    if not isinstance(subject, Mapping):
        raise TypeError("credentialSubject")
    until = document.get("validUntil")
    return ConsentTerms(
        enrolment_id=_text(document["id"]).removeprefix("urn:ebenbild:enrolment:"),
        performer_id=_text(subject["id"]).removeprefix(PERFORMER_URN),
        issuer=_text(document["issuer"]),
        modalities=tuple(Modality(text) for text in _texts(subject["modalities"])),
        purposes=tuple(Purpose(text) for text in _texts(subject["purposes"])),
        valid_from=from_text(_text(document["validFrom"])),
        valid_until=None if until is None else from_text(_text(until)),
        guardians=tuple(_texts(subject.get("guardians", []))),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _texts(value: object) -> Sequence[str]:
    if not isinstance(value, list):
        raise TypeError("list expected")
    return [_text(item) for item in value]
