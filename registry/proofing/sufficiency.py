"""Which proofs an enrolment still lacks before its notice period may begin.

A registry with a staff asks two people for the identity, and a live proof for every part of a
likeness. One person alone on a laptop can only vouch for it; then the enrolment is stamped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fingerprint.models import Modality, Reason
from registry.models.proofs import Attestation, Fact

ATTESTERS = 2
_HOLDING = frozenset({Fact.IDENTITY, Fact.VOICE, Fact.FACE})
SEEN_AS = {Modality.VOICE: Fact.VOICE, Modality.FACE: Fact.FACE}


@dataclass(frozen=True, slots=True)
class Demands:
    """What this registry asks for; `notice_days` is how long others may object."""

    single_operator: bool
    notice_days: int

    @property
    def attesters(self) -> int:
        """How many different people must vouch for an identity."""
        return 1 if self.single_operator else ATTESTERS


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is there: the parts captured, those proved alive, and who vouched for what.

    `identified` says that an identity provider did what attesters do for others.
    """

    captured: frozenset[Modality]
    live: frozenset[Modality]
    identified: bool
    attestations: tuple[Attestation, ...]


def missing(evidence: Evidence, demands: Demands) -> tuple[Reason, ...]:
    """Every proof that is missing; empty when the enrolment is proofed."""
    found: list[Reason] = []
    if not evidence.captured:
        found.append(Reason("no-print", {}))
    found += [
        Reason("attester-denies", {"why": item.statement})
        for item in denials(evidence.attestations)
    ]
    who = attesters(evidence.attestations, Fact.IDENTITY)
    if not evidence.identified and len(who) < demands.attesters:
        found.append(Reason("identity-unattested", {"have": len(who), "need": demands.attesters}))
    found += [
        Reason("not-shown-live", {"modality": part.value})
        for part in sorted(evidence.captured - evidence.live)
        if not _vouched(part, evidence.attestations, demands)
    ]
    return tuple(found)


def attesters(attestations: Sequence[Attestation], fact: Fact) -> frozenset[str]:
    """The different people who vouch for a fact, and did not take it back."""
    last = {item.attester: item for item in attestations if fact in item.facts}
    return frozenset(who for who, item in last.items() if not item.refused)


def denials(attestations: Sequence[Attestation]) -> tuple[Attestation, ...]:
    """Refusals about the person that are somebody's last word on a fact, in order.

    An answer that is denied counts no more and another may be given, so that it holds nothing.
    """
    last = {
        (item.attester, fact): item
        for item in attestations
        for fact in item.facts
        if fact in _HOLDING
    }
    standing = {item.id for item in last.values() if item.refused}
    return tuple(item for item in attestations if item.id in standing)


def _vouched(part: Modality, attestations: Collection[Attestation], demands: Demands) -> bool:
    """A person's word replaces a live proof only where nobody else is there to give one."""
    return demands.single_operator and bool(attesters([*attestations], SEEN_AS[part]))
