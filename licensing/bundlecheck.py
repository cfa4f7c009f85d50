"""Verify a bundle of consents from its bytes and the keys that the reader knows, step by step.

Nothing in the bundle is believed for its own sake: whose registries and logs these are the reader
says; performers' documents must be signed with the keys that those registries bound to them.
Specs: https://www.w3.org/TR/vc-data-integrity/, https://c2sp.org/tlog-proof
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.canonical import parse_strict
from core.checkpoint import open_checkpoint
from core.clock import from_text, to_text
from core.errors import BadProof
from core.keys import verification_method
from core.signednote import parse_note
from core.tlogpolicy import NONE, Policy, reached
from licensing.bundlekeys import keys_of
from licensing.bundleparts import (
    check_consent,
    check_events,
    check_licence,
    check_listed,
    check_received,
    check_standing,
)
from licensing.extracts import read_bundle
from licensing.models_extract import Bundle, CarriedConsent, CarriedStanding, Extract
from licensing.models_verification import VerifyReport
from licensing.stepping import Check, Unchecked, run_checks

CLOCKS_APART_MAX = timedelta(minutes=5)
"""How far another registry's clock may be ahead."""
TAKEN = frozenset({"enrolment.signed", "standing.declared"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader knows by himself: whom he trusts, and by which keys each log is known.

    `policies` and `base_urls` are by the did:key of a registry; `policy` is for those that have
    none of their own there.
    """

    at: datetime
    registry_methods: frozenset[str]
    policies: Mapping[str, Policy] = field(default_factory=dict)
    base_urls: Mapping[str, str] = field(default_factory=dict)
    policy: Policy | None = None

    def policy_for(self, registry: str) -> Policy | None:
        """Log and witnesses of one registry, as the reader knows them."""
        return self.policies.get(registry, self.policy)


@dataclass(slots=True)
class Asked:
    """What is verified, by what; the first step reads it."""

    data: bytes
    known: Known
    bundle: Bundle | None = None
    said: dict[str, object] = field(default_factory=dict)

    @property
    def extracts(self) -> Sequence[Extract]:
        """All extracts, the writer's own first."""
        assert self.bundle is not None, "the bundle was not read and the run went on"
        return self.bundle.extracts


def verify_bundle(data: bytes, known: Known) -> tuple[VerifyReport, Bundle | None]:
    """Run all steps; never raises for what is in the bytes. The bundle as far as it was read."""
    asked = Asked(data, known)
    steps = run_checks(asked, _CHECKS)
    return VerifyReport(steps, said=asked.said), asked.bundle


def log_size(extract: Extract, known: Known) -> int:
    """How far the log had grown: a larger one is newer. Raises BadProof without a key of it."""
    policy = known.policy_for(extract.registry)
    if policy is None:
        raise BadProof("No log key is known of this registry.", code="no-log-key")
    return open_checkpoint(extract.checkpoint, policy.logs).size


def _whole(asked: Asked) -> str:
    # 1. Canonical JSON, of this version, with just the extracts that its writer put in.
    asked.bundle = read_bundle(asked.data)
    first = asked.extracts[0]
    asked.said.update(
        performer_id=first.performer_id,
        registries=[item.registry for item in asked.extracts],
        made_at=to_text(first.made_at),
        licences=[lic.id for item in asked.extracts for lic in item.licences],
    )
    return f"{len(asked.extracts)} extract(s), each signed by the registry that it names."


def _trusted(asked: Asked) -> str:
    # 2. All registries are ones that the reader trusts, at the addresses he knows.
    for item in asked.extracts:
        if verification_method(item.registry) not in asked.known.registry_methods:
            raise BadProof(
                f"The registry {item.registry} is not one of those trusted.",
                next_step="Have the operator pin its key: ebenbild registry trust did:key:...",
                code="registry-not-trusted",
            )
        if asked.known.base_urls.get(item.registry, item.base_url) != item.base_url:
            raise BadProof("A registry speaks for another address than the one that is known.")
    return "All of them are trusted."


def _keys(asked: Asked) -> str:
    # 3. The registry bound every key of the performer, one after the other.
    for item in asked.extracts:
        keys_of(item)
    return "The performer's keys follow one another."


def _licences(asked: Asked) -> str:
    # 4. Every licence holds by itself, by this performer's key of its day, under this registry.
    count = 0
    for item in asked.extracts:
        history = keys_of(item)
        for licence in item.licences:
            check_licence(licence, item, history)
            count += 1
    return f"{count} licence(s), each signed by performer, guardians and registry."


def _declarations(asked: Asked) -> str:
    # 5. So does every consent and every declaration.
    count = 0
    for item in asked.extracts:
        history = keys_of(item)
        for consent in item.consents:
            check_consent(consent.document, item, history)
        for standing in item.standings:
            check_standing(standing.document, item, history)
        count += len(item.consents) + len(item.standings)
    return f"{count} consent(s) and declaration(s), signed by this performer."


def _status(asked: Asked) -> str:
    # 6. The registry's lists, as of the extract, say what the extract says.
    for item in asked.extracts:
        for licence in item.licences:
            check_listed(licence, item)
    oldest = min(item.made_at for item in asked.extracts)
    return f"Lists and extracts agree, as of {to_text(oldest)}."


def _receipts(asked: Asked) -> str:
    # 7. The log took every document; nothing that it took is told otherwise.
    count = 0
    for item in asked.extracts:
        policy = asked.known.policy_for(item.registry)
        if policy is None:
            raise Unchecked("No log key was given (--policy): receipts prove nothing without it.")
        head = open_checkpoint(item.checkpoint, policy.logs)
        for licence in item.licences:
            kinds = [
                check_received(text, licence.document, policy, head.size, licence.id)
                for text in licence.receipts
            ]
            check_events(licence, kinds)
            count += len(kinds)
        taken: list[CarriedConsent | CarriedStanding] = [*item.consents, *item.standings]
        for one in taken:
            kinds = [check_received(text, one.document, policy, head.size) for text in one.receipts]
            if not TAKEN & set(kinds):
                raise BadProof("A consent or declaration has no receipt.", code="no-receipt")
            count += len(kinds)
    return f"{count} receipt(s) hold."


def _witnessed(asked: Asked) -> str:
    # 8. Enough witnesses saw each log's head.
    for item in asked.extracts:
        policy = asked.known.policy_for(item.registry)
        if policy is None or policy.quorum == NONE:
            raise Unchecked("No witnesses are named by a policy (--policy).")
        reached(policy, parse_note(item.checkpoint))
    return "Witnesses saw the same logs."


def _fresh(asked: Asked) -> str:
    # 9. Nothing in it is of tomorrow, or older than a day.
    for item in asked.extracts:
        if item.made_at > asked.known.at + CLOCKS_APART_MAX:
            raise BadProof(f"An extract was made at {to_text(item.made_at)}, which is to come.")
        for data in item.status_lists:
            until = from_text(str(parse_strict(data)["validUntil"]))
            if until <= asked.known.at:
                raise Unchecked(
                    f"Its status lists ended on {to_text(until)}: what was revoked since, only "
                    "the registry can say."
                )
    return "Its status lists are of today."


TRUST_STEP = "registries-trusted"
_CHECKS: tuple[Check[Asked], ...] = (
    ("whole-and-signed", True, _whole),
    (TRUST_STEP, False, _trusted),
    ("key-history", True, _keys),
    ("licences", True, _licences),
    ("consents-and-declarations", True, _declarations),
    ("status-lists", True, _status),
    ("log-receipts", False, _receipts),
    ("witnesses", False, _witnessed),
    ("of-today", False, _fresh),
)
