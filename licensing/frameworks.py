"""A framework as a signed document: written, read without leeway, verified as a stranger would.

The union signs with a key of its own; the registry's proof covers that one and says whose group it
is. A licence pins the sha256 of the exact bytes.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core import integrity
from core.canonical import canonical, parse_strict
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof, BadTerms
from core.ids import is_id
from core.integrity import ProofOptions
from core.keys import PrivateKey, public_from_did, verification_method
from licensing.fields import flag, members, only_fields, tariff, tariff_to_dict, text, time, whole
from licensing.membership import GROUP_URN
from licensing.models_framework import Framework, FrameworkDraft, FrameworkFacts, Minimums
from licensing.termrules import NOTICE_HOURS_MAX, RATE_MICRO_MAX
from registry.models.works import KindOfUse

PREFIX = "frw"
URN = "urn:ebenbild:framework:"
TYPE = "UnionFramework"
BYTES_MAX = 64 * 1024
RATES_MAX = 50
WORDS_MAX = 500
DRAFT_HOURS = 24
_MINIMUMS = frozenset(
    {"kinds", "rates", "use_notice_hours", "description_words_min", "suspension", "members_only"}
)
_SAID = frozenset({"title", "agreement", "valid_from", "minimums"})
_UNTIL = "valid_until"
# Fields of a framework file that documents of this registry call otherwise.
_MEMBERS = {"valid_from": "validFrom", _UNTIL: "validUntil"}
_PROOF_PART = "#union"


def framework_from_body(
    data: Mapping[str, object],
    *,
    id: str,
    version: int,
    group: tuple[str, str],
    key: str,
    at: datetime,
) -> FrameworkFacts:
    """Read what a union wrote; `group` is its id and name. Raises BadTerms naming the field."""
    only_fields(data, _SAID, frozenset({_UNTIL}), "framework")
    public_from_did(key)
    until = time(data, _UNTIL) if data.get(_UNTIL) is not None else None
    begins = time(data, "valid_from")
    if until is not None and until <= max(begins, at):
        raise BadTerms("The framework is over before it begins.", next_step="Name a later end.")
    return FrameworkFacts(
        id=id,
        version=version,
        group_id=group[0],
        group_name=group[1],
        key=key,
        title=text(data, "title"),
        agreement=text(data, "agreement"),
        minimums=minimums_from_dict(data["minimums"]),
        valid_from=begins,
        valid_until=until,
        created=at,
    )


def body_of(facts: FrameworkFacts) -> dict[str, object]:
    """What the union wrote, as `framework_from_body` reads it."""
    body: dict[str, object] = {
        "title": facts.title,
        "agreement": facts.agreement,
        "valid_from": to_text(facts.valid_from),
        "minimums": minimums_to_dict(facts.minimums),
    }
    if facts.valid_until is not None:
        body["valid_until"] = to_text(facts.valid_until)
    return body


def framework_document(facts: FrameworkFacts) -> dict[str, object]:
    """The unsigned document."""
    return {
        "id": f"{URN}{facts.id}:{facts.version}",
        "type": TYPE,
        "group": GROUP_URN + facts.group_id,
        "groupName": facts.group_name,
        "key": facts.key,
        "created": to_text(facts.created),
        **{_MEMBERS.get(name, name): value for name, value in body_of(facts).items()},
    }


def framework_facts(document: Mapping[str, Any]) -> FrameworkFacts:
    """Read a document; raises BadTerms where it says more, less or other than a framework."""
    try:
        name, _, version = document["id"].removeprefix(URN).rpartition(":")
        facts = framework_from_body(
            {
                field: document[_MEMBERS.get(field, field)]
                for field in (*_SAID, _UNTIL)
                if field != _UNTIL or _MEMBERS[_UNTIL] in document
            },
            id=name,
            version=int(version),
            group=(document["group"].removeprefix(GROUP_URN), document["groupName"]),
            key=document["key"],
            at=from_text(document["created"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise _unreadable() from exc
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    if not is_id(PREFIX, facts.id) or framework_document(facts) != unsigned:
        raise _unreadable()
    return facts


def signing_request(facts: FrameworkFacts) -> FrameworkDraft:
    """What the union's program is to sign; the same for the same facts at any time."""
    document, options = framework_document(facts), _union_options(facts)
    return FrameworkDraft(facts.id, document, options, integrity.signing_input(document, options))


def signed_framework(
    facts: FrameworkFacts, signature: bytes, registry_key: PrivateKey, now: datetime
) -> bytes:
    """The exact bytes to publish; raises BadProof when the union's signature does not hold."""
    own = _union_options(facts)
    signed = integrity.attach(framework_document(facts), own, signature)
    integrity.verify(signed, expected={own.verification_method})
    last = ProofOptions(registry_key.verification_method, to_text(now), previous_proof=own.id)
    return canonical(integrity.sign(signed, last, registry_key))


def open_framework(data: bytes) -> FrameworkFacts:
    """What published bytes say; raises BadTerms where they are no framework."""
    return framework_facts(parse_strict(data, bytes_max=BYTES_MAX))


def check_proofs(document: Mapping[str, Any], facts: FrameworkFacts) -> str:
    """The verification method of the registry that countersigned.

    Raises BadProof unless there are just the union's proof and the registry's, which covers it.
    """
    own, proofs = _union_options(facts), document.get("proof")
    if not isinstance(proofs, list) or len(proofs) != 2:
        raise BadProof("A framework carries the union's proof and the registry's.")
    integrity.verify(document, expected={own.verification_method})
    first, last = proofs
    if first["verificationMethod"] != own.verification_method:
        raise BadProof("The first proof is not the union's.")
    if last.get("previousProof") != own.id or last["verificationMethod"] == own.verification_method:
        raise BadProof("The registry's proof does not cover the union's.")
    return str(last["verificationMethod"])


def digest_of(data: bytes) -> str:
    """The sha256 of the exact bytes, as hex: what a licence pins."""
    return hashlib.sha256(data).hexdigest()


def fresh(facts: FrameworkFacts, now: datetime) -> bool:
    """Whether a draft was made shortly before it is handed in."""
    return timedelta() <= now - facts.created <= timedelta(hours=DRAFT_HOURS)


def in_force(framework: Framework, at: datetime) -> bool:
    """Whether licences may be made under this version at `at`."""
    facts = framework.facts
    return facts.valid_from <= at and (facts.valid_until is None or at < facts.valid_until)


def minimums_to_dict(minimums: Minimums) -> dict[str, object]:
    """JSON-ready form, complete; inverse of `minimums_from_dict`."""
    return {
        "kinds": [kind.value for kind in minimums.kinds],
        "rates": [tariff_to_dict(rate) for rate in minimums.rates],
        "use_notice_hours": minimums.use_notice_hours,
        "description_words_min": minimums.description_words_min,
        "suspension": minimums.suspension,
        "members_only": minimums.members_only,
    }


def minimums_from_dict(data: object) -> Minimums:
    """Read minimum terms, in the order in which kinds are defined; raises BadTerms."""
    found = only_fields(data, frozenset(), _MINIMUMS, "minimums")
    rates = found.get("rates", [])
    if not isinstance(rates, list) or len(rates) > RATES_MAX:
        raise BadTerms(f"rates must be a list of at most {RATES_MAX} prices.")
    read = tuple(tariff(item, "rates") for item in rates)
    named = [(rate.kind, rate.currency) for rate in read]
    if len(set(named)) < len(named) or any(rate.rate_micro > RATE_MICRO_MAX for rate in read):
        raise BadTerms("rates name one price twice, or one that nobody pays.")
    kinds = members(found, "kinds", KindOfUse)
    return Minimums(
        kinds=tuple(kind for kind in KindOfUse if kind in kinds),
        rates=read,
        use_notice_hours=_least(found, "use_notice_hours", NOTICE_HOURS_MAX),
        description_words_min=_least(found, "description_words_min", WORDS_MAX),
        suspension=flag(found.get("suspension", True), "suspension"),
        members_only=flag(found.get("members_only", True), "members_only"),
    )


def _least(data: Mapping[str, object], field: str, most: int) -> int:
    value = whole(data.get(field, 0), field) or 0
    if not 0 <= value <= most:
        raise BadTerms(f"{field} must be a number from 0 to {most}.")
    return value


def _union_options(facts: FrameworkFacts) -> ProofOptions:
    return ProofOptions(
        verification_method(facts.key),
        to_text(facts.created),
        id=f"{URN}{facts.id}:{facts.version}{_PROOF_PART}",
    )


def _unreadable() -> BadTerms:
    return BadTerms(
        "This is no framework, or it says more than one.",
        next_step="Draft it through this registry: ebenbild framework publish.",
        code="bad-framework",
    )
