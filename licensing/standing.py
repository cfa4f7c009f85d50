"""A standing declaration as a credential, signed like a licence and read back without leeway.

Never is a prohibition, asking a permission with the duty to obtain consent, and terms are a whole
offer in the profile of licences. Spec: https://www.w3.org/TR/odrl-model/
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core import integrity
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof, BadTerms
from fingerprint.models import Modality
from licensing.credential import (
    CONTEXT_PATH,
    CREDENTIALS_V2,
    PROFILE_PATH,
    chained_proofs,
    held_by,
    holder_in,
    parse_signed,
)
from licensing.models import ANY, Terms
from licensing.models_standing import Stance, Standing
from licensing.policy import ACTIONS, PERFORMER_URN, policy_of
from licensing.policyreading import terms_from_policy
from licensing.terms import terms_from_dict
from registry.models.heldkeys import AgencyKey
from registry.models.works import KindOfUse
from registry.usekinds import concerned

DECLARATION_TYPE = "LikenessStandingDeclaration"
_KINDS = {action: kind for kind, action in ACTIONS.items()}
_ASKED = [{"action": "obtainConsent"}]


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """All that a declaration says; `agency_key` says who held the key, as in a licence."""

    vc_id: str
    issuer: str
    performer_id: str
    standings: tuple[Standing, ...]
    valid_from: datetime
    base_url: str
    guardians: tuple[str, ...] = ()
    agency_key: AgencyKey | None = None


def standings_of(
    performer_id: str,
    never: Sequence[str],
    ask: Sequence[str],
    terms: Sequence[Mapping[str, object]],
) -> tuple[Standing, ...]:
    """Stances in the order of kinds; raises BadTerms for unknown kinds or one named twice.

    `terms` are as in a terms file without performer and licensee, each for one kind or several.
    """
    found = [Standing(performer_id, _kind(name), Stance.NEVER) for name in never]
    found += [Standing(performer_id, _kind(name), Stance.ASK) for name in ask]
    for data in terms:
        whole = terms_from_dict({**data, "performer_id": performer_id, "licensee_id": ANY})
        found += [
            Standing(performer_id, kind, Stance.TERMS, _for_kind(whole, kind))
            for kind in whole.kinds
        ]
    named = [item.kind for item in found]
    if not named or len(set(named)) < len(named):
        raise BadTerms(
            "Every kind of use must be named once, and at least one must be.",
            next_step="Put each kind under never, ask or one of the terms.",
        )
    return tuple(sorted(found, key=lambda item: list(KindOfUse).index(item.kind)))


def standing_document(facts: StandingFacts) -> dict[str, object]:
    """The unsigned credential; `standing_facts` reads it back."""
    profile = facts.base_url + PROFILE_PATH
    by_stance = {
        stance: [item for item in facts.standings if item.stance is stance] for stance in Stance
    }
    policy = {
        "type": "Offer",
        "profile": profile,
        "assigner": PERFORMER_URN + facts.performer_id,
        "prohibition": [{"action": ACTIONS[item.kind]} for item in by_stance[Stance.NEVER]],
        "permission": [
            {"action": ACTIONS[item.kind], "duty": list(_ASKED)} for item in by_stance[Stance.ASK]
        ],
        "eb:offer": [
            policy_of(item.terms, profile=profile)
            for item in by_stance[Stance.TERMS]
            if item.terms is not None
        ],
    }
    return {
        "@context": [CREDENTIALS_V2, facts.base_url + CONTEXT_PATH],
        "id": facts.vc_id,
        "type": ["VerifiableCredential", DECLARATION_TYPE],
        "issuer": facts.issuer,
        "validFrom": to_text(facts.valid_from),
        "credentialSubject": {
            "id": PERFORMER_URN + facts.performer_id,
            **({"guardian": list(facts.guardians)} if facts.guardians else {}),
            **held_by(facts.agency_key),
            "policy": policy,
        },
    }


def standing_facts(document: Mapping[str, Any]) -> StandingFacts:
    """Read a declaration, signed or not; raises BadTerms when it says anything else."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        facts = _read(unsigned)
        again = standing_document(facts)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise _no_declaration() from exc
    if again != unsigned:
        raise _no_declaration()
    return facts


def check_declaration(data: bytes, trusted: Set[str]) -> StandingFacts:
    """The facts of signed bytes; raises BadInput, BadTerms or BadProof unless all of it holds.

    `trusted` are the verification methods of registries. Whether a newer declaration exists only
    the registry can say.
    """
    # 1. Strict JSON in its canonical form.
    document = parse_signed(data)
    # 2. A declaration and nothing beside it.
    facts = standing_facts(document)
    # 3. One proof by each signer, and the registry's over all of them.
    chain = chained_proofs(document)
    for proof in chain:
        integrity.verify_proof(document, proof)
    # 4. A registry that the verifier trusts.
    if chain[-1]["verificationMethod"] not in trusted:
        raise BadProof(
            "The countersigning registry is not one of those trusted.",
            next_step="Name the registry you trust with --registry did:key:...",
        )
    return facts


def _read(unsigned: Mapping[str, Any]) -> StandingFacts:
    base_url = unsigned["@context"][1].removesuffix(CONTEXT_PATH)
    subject = unsigned["credentialSubject"]
    performer_id = subject["id"].removeprefix(PERFORMER_URN)
    policy = subject["policy"]
    found = [
        Standing(performer_id, _KINDS[item["action"]], Stance.NEVER)
        for item in policy["prohibition"]
    ]
    found += [
        Standing(performer_id, _KINDS[item["action"]], Stance.ASK) for item in policy["permission"]
    ]
    for offer in policy["eb:offer"]:
        terms = terms_from_policy(offer, profile=base_url + PROFILE_PATH)
        if terms.licensee_id != ANY or terms.performer_id != performer_id or len(terms.kinds) != 1:
            raise ValueError("an offer is to anybody, by one performer, of one kind")
        found.append(Standing(performer_id, terms.kinds[0], Stance.TERMS, terms))
    kinds = [item.kind for item in found]
    if not kinds or len(set(kinds)) < len(kinds):
        raise ValueError("a kind is named twice or none is")
    guardians = subject.get("guardian", [])
    texts = (unsigned["id"], unsigned["issuer"], performer_id, *guardians)
    if not all(isinstance(text, str) for text in texts) or not isinstance(guardians, list):
        raise TypeError("text expected")
    return StandingFacts(
        vc_id=unsigned["id"],
        issuer=unsigned["issuer"],
        performer_id=performer_id,
        standings=tuple(sorted(found, key=lambda item: list(KindOfUse).index(item.kind))),
        valid_from=from_text(unsigned["validFrom"]),
        base_url=base_url,
        guardians=tuple(guardians),
        agency_key=holder_in(subject),
    )


def _kind(name: str) -> KindOfUse:
    try:
        return KindOfUse(name)
    except ValueError as exc:
        known = ", ".join(kind.value for kind in KindOfUse)
        raise BadTerms(f"A kind of use must be one of: {known}.") from exc


def _for_kind(whole: Terms, kind: KindOfUse) -> Terms:
    wanted = concerned(kind, None)
    modalities = tuple(one for one in Modality if one in whole.modalities and one in wanted)
    return replace(whole, kinds=(kind,), modalities=modalities)


def _no_declaration() -> BadTerms:
    return BadTerms(
        "The document is not a standing declaration, or says more than its stances.",
        next_step="Ask for the file as it was issued.",
        code="not-a-declaration",
    )
