"""What a mandate covers, and how it reads as a signed document: rules without storage.

A W3C Verifiable Credential 2.0 issued by the performer's own key. It bounds the agent: what it
does not name is not covered, and it ends by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from core.clock import from_text, to_text
from core.errors import BadInput, BadTerms
from fingerprint.models import Reason
from registry.consent import CREDENTIALS_V2, PERFORMER_URN
from registry.models.mandates import Act, Mandate, MandateTerms
from registry.models.works import KindOfUse

MANDATE_URN = "urn:ebenbild:mandate:"
TENANT_URN = "urn:ebenbild:tenant:"


def check_mandate(terms: MandateTerms) -> tuple[Reason, ...]:
    """Every reason why `terms` may not be signed; empty when they may."""
    reasons: list[Reason] = []
    if not terms.acts:
        reasons.append(Reason("no-act", {}))
    if terms.valid_until <= terms.valid_from:
        reasons.append(Reason("ends-before-start", {"valid_until": to_text(terms.valid_until)}))
    if terms.territories and Act.COLLECT not in terms.acts:
        reasons.append(Reason("territory-without-collecting", {}))
    return tuple(reasons)


def uncovered(
    mandate: Mandate,
    *,
    holder_id: str,
    act: Act,
    kinds: Collection[KindOfUse] = (),
    at: datetime,
) -> tuple[Reason, ...]:
    """Every reason why a mandate does not cover an act of `holder_id` at `at`; empty if it does."""
    terms, reasons = mandate.terms, list[Reason]()
    if terms.holder_id != holder_id:
        reasons.append(Reason("mandate-of-another", {}))
    if mandate.signed_at is None or at < mandate.signed_at:
        reasons.append(Reason("mandate-unsigned", {}))
    if not terms.valid_from <= at < terms.valid_until:
        reasons.append(Reason("mandate-over", {"until": to_text(terms.valid_until)}))
    if mandate.revoked_at is not None and at >= mandate.revoked_at:
        reasons.append(Reason("mandate-revoked", {}))
    if act not in terms.acts:
        reasons.append(Reason("act-not-named", {"act": act.value}))
    beyond = sorted(set(kinds) - set(terms.kinds)) if terms.kinds else ()
    reasons.extend(Reason("kind-not-named", {"kind": kind.value}) for kind in beyond)
    return tuple(reasons)


def mandate_document(terms: MandateTerms, *, base_url: str) -> dict[str, object]:
    """The unsigned credential; `mandate_terms` reads it back."""
    subject: dict[str, object] = {
        "id": PERFORMER_URN + terms.performer_id,
        "holder": TENANT_URN + terms.holder_id,
        "acts": [act.value for act in terms.acts],
        "kinds": [kind.value for kind in terms.kinds],
    }
    if terms.territories:
        subject["territories"] = list(terms.territories)
    if terms.guardians:
        subject["guardians"] = list(terms.guardians)
    return {
        "@context": [CREDENTIALS_V2, f"{base_url}/ns/mandate/v1"],
        "id": MANDATE_URN + terms.mandate_id,
        "type": ["VerifiableCredential", "Mandate"],
        "issuer": terms.issuer,
        "validFrom": to_text(terms.valid_from),
        "validUntil": to_text(terms.valid_until),
        "credentialSubject": subject,
    }


def mandate_terms(document: Mapping[str, object]) -> MandateTerms:
    """Reads a mandate; raises `BadTerms` when it is not one."""
    try:
        subject = document["credentialSubject"]
        if not isinstance(subject, Mapping) or document["type"] != [
            "VerifiableCredential",
            "Mandate",
        ]:
            raise TypeError("mandate")
        return MandateTerms(
            mandate_id=str(document["id"]).removeprefix(MANDATE_URN),
            performer_id=str(subject["id"]).removeprefix(PERFORMER_URN),
            holder_id=str(subject["holder"]).removeprefix(TENANT_URN),
            issuer=str(document["issuer"]),
            guardians=tuple(_texts(subject.get("guardians", []))),
            acts=tuple(Act(text) for text in _texts(subject["acts"])),
            kinds=tuple(KindOfUse(text) for text in _texts(subject["kinds"])),
            valid_from=from_text(str(document["validFrom"])),
            valid_until=from_text(str(document["validUntil"])),
            territories=tuple(_texts(subject.get("territories", []))),
        )
    except (BadInput, KeyError, TypeError, ValueError) as exc:
        raise BadTerms("This is no mandate.", code="bad-mandate") from exc


def _texts(value: object) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("list of texts expected")
    return value
