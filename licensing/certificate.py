"""A certificate as a W3C credential signed by the registry, written and read without leeway.

The facts that are read are written again and must give the very same document. Numbers are text.
Specs: https://www.w3.org/TR/vc-data-model-2.0/, https://www.w3.org/TR/vc-di-eddsa/
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core import integrity
from core.canonical import canonical
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof
from core.integrity import ProofOptions
from core.keys import PrivateKey
from fingerprint.misses import MissRate
from fingerprint.models import Reason
from licensing.credential import CREDENTIALS_V2
from licensing.decisionform import reasons_to_list
from licensing.known import UnknownPolicy
from licensing.models_certificate import (
    CertificateFacts,
    LicenceBehind,
    Media,
    Miss,
    Release,
    Search,
    Shown,
)

TYPE = "ClearanceCertificate"
CONTEXT_PATH = "/ns/certificate/v1"
STATUS_PATH = "/certificate-status/"
UNMEASURED = "not measurable"


def status_list_url(base_url: str, number: int) -> str:
    """Where the list of void certificates with this number is published."""
    return f"{base_url}{STATUS_PATH}{number}"


def page_url(base_url: str, certificate_id: str) -> str:
    """Where anybody reads in plain words how it stands."""
    return f"{base_url}/certificates/{certificate_id}"


def state_url(base_url: str, certificate_id: str) -> str:
    """Where anybody who holds a certificate asks how it stands."""
    return f"{page_url(base_url, certificate_id)}/status"


def certificate_document(facts: CertificateFacts) -> dict[str, object]:
    """The unsigned credential."""
    until = facts.valid_until
    return {
        "@context": [CREDENTIALS_V2, facts.base_url + CONTEXT_PATH],
        "id": facts.vc_id,
        "type": ["VerifiableCredential", TYPE],
        "issuer": facts.issuer,
        "validFrom": to_text(facts.issued_at),
        **({} if until is None else {"validUntil": to_text(until)}),
        "credentialStatus": {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(facts.status_index),
            "statusListCredential": status_list_url(facts.base_url, facts.status_list),
        },
        "credentialSubject": {
            "id": f"urn:ebenbild:cut:{facts.cut_id}",
            "clearance": _clearance(facts),
        },
    }


def signed_certificate(facts: CertificateFacts, registry_key: PrivateKey) -> bytes:
    """Canonical bytes of the certificate with the registry's proof; the same facts, the same."""
    options = ProofOptions(registry_key.verification_method, to_text(facts.issued_at))
    return canonical(integrity.sign(certificate_document(facts), options, registry_key))


def certificate_facts(document: Mapping[str, Any]) -> CertificateFacts:
    """Read a certificate, signed or not; raises BadProof for anything that is not exactly one."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        facts = _read(unsigned)
        # Compared as bytes: to Python 0 and False are the same.
        same = canonical(certificate_document(facts)) == canonical(unsigned)
    except (BadInput, KeyError, IndexError, TypeError, ValueError, AttributeError) as exc:
        raise _no_certificate() from exc
    if not same:
        raise _no_certificate()
    return facts


def _clearance(facts: CertificateFacts) -> dict[str, object]:
    return {
        "certificate": facts.id,
        "state": state_url(facts.base_url, facts.id),
        "verdict": "CLEARED",
        "id": facts.clearance_id,
        "decidedAt": to_text(facts.decided_at),
        "logIndex": str(facts.log_index),
        "studio": facts.studio_id,
        "title": facts.title,
        "media": {
            "name": facts.media.name,
            "sha256": facts.media.sha256,
            "content": dict(facts.media.content),
        },
        "release": {
            "on": facts.release.on.isoformat(),
            "territories": list(facts.release.territories),
            "medium": facts.release.medium,
            "language": facts.release.language,
            "stage": facts.release.stage,
        },
        "declared": [_shown(item) for item in facts.declared],
        "detected": [_shown(item) for item in facts.detected],
        "licences": [
            {
                "id": item.licence_id,
                "credential": item.vc_id,
                "sha256": item.sha256,
                "validUntil": to_text(item.valid_until),
                **({"contract": item.contract} if item.contract else {}),
            }
            for item in facts.licences
        ],
        "search": _search(facts.search),
        **({"remarks": reasons_to_list(facts.remarks)} if facts.remarks else {}),
    }


def _search(search: Search) -> dict[str, object]:
    return {
        "knownSeq": str(search.known_seq),
        "gallerySeq": "" if search.gallery_seq is None else str(search.gallery_seq),
        "models": list(search.models),
        "thresholds": [_threshold(item) for item in search.misses],
        "provisional": search.provisional,
        "unknowns": search.unknowns.value,
        "tolerated": str(search.strangers),
    }


def _threshold(item: Miss) -> dict[str, object]:
    if not item.rates:
        return {"id": item.threshold_id, "missRate": UNMEASURED}
    return {
        "id": item.threshold_id,
        "missRates": [
            {
                "modality": found.modality,
                "evidenceMs": str(found.evidence_ms),
                "condition": found.condition,
                "rate": str(found.rate),
                "interval": [str(found.low), str(found.high)],
                "people": str(found.people),
                "probes": str(found.probes),
                "source": found.source,
            }
            for found in item.rates
        ],
    }


def _shown(item: Shown) -> dict[str, object]:
    return {
        "performer": item.performer_id,
        "kind": item.kind,
        "parts": list(item.parts),
        "licence": item.licence_id,
    }


def _read(unsigned: Mapping[str, Any]) -> CertificateFacts:
    base_url = unsigned["@context"][1].removesuffix(CONTEXT_PATH)
    status = unsigned["credentialStatus"]
    subject = unsigned["credentialSubject"]
    said = subject["clearance"]
    listed = status["statusListCredential"].removeprefix(base_url + STATUS_PATH)
    return CertificateFacts(
        id=_text(said["certificate"]),
        vc_id=_text(unsigned["id"]),
        issuer=_text(unsigned["issuer"]),
        base_url=_text(base_url),
        status_list=int(listed),
        status_index=int(status["statusListIndex"]),
        issued_at=from_text(unsigned["validFrom"]),
        clearance_id=_text(said["id"]),
        decided_at=from_text(said["decidedAt"]),
        log_index=int(said["logIndex"]),
        studio_id=_text(said["studio"]),
        title=_text(said["title"]),
        cut_id=_text(subject["id"].removeprefix("urn:ebenbild:cut:")),
        media=Media(
            _text(said["media"]["name"]),
            _text(said["media"]["sha256"]),
            {_text(part): _text(found) for part, found in said["media"]["content"].items()},
        ),
        release=_read_release(said["release"]),
        search=_read_search(said["search"]),
        declared=tuple(_read_shown(item) for item in said["declared"]),
        detected=tuple(_read_shown(item) for item in said["detected"]),
        licences=tuple(
            LicenceBehind(
                _text(item["id"]),
                _text(item["credential"]),
                _text(item["sha256"]),
                from_text(item["validUntil"]),
                _text(item.get("contract", "")),
            )
            for item in said["licences"]
        ),
        remarks=tuple(_read_remark(item) for item in said.get("remarks", [])),
    )


def _read_release(said: Mapping[str, Any]) -> Release:
    return Release(
        on=date.fromisoformat(said["on"]),
        territories=_texts(said["territories"]),
        medium=_text(said["medium"]),
        language=_text(said["language"]),
        stage=_text(said["stage"]),
    )


def _read_search(said: Mapping[str, Any]) -> Search:
    return Search(
        known_seq=int(said["knownSeq"]),
        gallery_seq=int(said["gallerySeq"]) if said["gallerySeq"] else None,
        models=_texts(said["models"]),
        misses=tuple(
            Miss(_text(item["id"]), tuple(_read_miss(one) for one in item.get("missRates", [])))
            for item in said["thresholds"]
        ),
        provisional=said["provisional"] is True,
        unknowns=UnknownPolicy(said["unknowns"]),
        strangers=int(said["tolerated"]),
    )


def _read_miss(said: Mapping[str, Any]) -> MissRate:
    return MissRate(
        modality=_text(said["modality"]),
        evidence_ms=int(said["evidenceMs"]),
        condition=_text(said["condition"]),
        rate=float(said["rate"]),
        low=float(said["interval"][0]),
        high=float(said["interval"][1]),
        people=int(said["people"]),
        probes=int(said["probes"]),
        source=_text(said["source"]),
    )


def _read_remark(said: Mapping[str, Any]) -> Reason:
    detail = {_text(name): _text(value) for name, value in said["detail"].items()}
    return Reason(_text(said["code"]), detail)


def _read_shown(said: Mapping[str, Any]) -> Shown:
    return Shown(
        _text(said["performer"]), _text(said["kind"]), _texts(said["parts"]), _text(said["licence"])
    )


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("list expected")
    return tuple(_text(item) for item in value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _no_certificate() -> BadProof:
    return BadProof(
        "The document is no certificate of this profile, or says something beside it.",
        next_step="Use the file exactly as the registry handed it out.",
        code="not-a-certificate",
    )
