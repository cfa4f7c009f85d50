"""Verify a licence from its bytes alone, in numbered steps, without asking anybody.

What cannot be checked with what was handed in is said to be unchecked and never counts as good.
Specs: https://www.w3.org/TR/vc-data-integrity/ and
https://www.w3.org/TR/vc-bitstring-status-list/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from core import integrity
from core.canonical import parse_strict
from core.clock import from_text, to_text
from core.errors import BadProof, EbenbildError
from core.ids import is_id
from fingerprint.models import Reason
from licensing.credential import (
    LICENCE_BYTES_MAX,
    REVOCATION,
    SUSPENSION,
    LicenceFacts,
    chained_proofs,
    check_canonical,
    licence_facts,
)
from licensing.frameworkpin import check_pin
from licensing.frameworks import PREFIX
from licensing.heldkey import AtHand, Declared, check_held
from licensing.models_verification import StepState, VerifyReport, VerifyStep
from licensing.rulepacks.explaining import reasons
from licensing.rulepacks.judging import judge, packs_for
from licensing.rulepacks.models import ConsentFacts
from licensing.rulepacks.packs import shipped_packs
from licensing.status import is_set
from licensing.statuslist import read_status_list
from licensing.stepping import Unchecked
from licensing.token import Token, open_token
from registry.models.heldkeys import AgencyKey

T = TypeVar("T")

STEPS = (
    "strict-json",
    "canonical-form",
    "licence-profile",
    "proof-chain",
    "performer-signature",
    "guardian-signatures",
    "registry-signature",
    "registry-trusted",
    "performer-key",
    "term",
    "revocation",
    "suspension",
    "agency-key",
)
# Follows where the licence is made under a framework that a registry published.
FRAMEWORK_STEP = "framework"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier knows by himself; nothing is fetched.

    `registry_methods` are verification methods (`did:key:z..#z..`) of trusted registries,
    `performer_dids` the keys known to belong to a performer id (the registry's countersignature
    vouches for others), `status_lists` the bytes of status list credentials by address;
    `custodies` say of keys (did:key) that agencies hold them, `mandates` are signed ones,
    `frameworks` the bytes of frameworks of unions.
    """

    at: datetime
    registry_methods: frozenset[str]
    performer_dids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    status_lists: Mapping[str, bytes] = field(default_factory=dict)
    custodies: Mapping[str, AgencyKey] = field(default_factory=dict)
    mandates: tuple[bytes, ...] = ()
    frameworks: tuple[bytes, ...] = ()


class _Run:
    """The steps so far; after a failure of the first seven the rest stays unchecked."""

    def __init__(self) -> None:
        self.steps: list[VerifyStep] = []
        self.broken = False

    def step(self, name: str, check: Callable[[], tuple[T, str]], *, vital: bool) -> T | None:
        number = len(self.steps) + 1
        if self.broken:
            self._add(number, name, StepState.NOT_CHECKED, "An earlier step failed.")
            return None
        try:
            value, detail = check()
        except Unchecked as exc:
            self._add(number, name, StepState.NOT_CHECKED, str(exc))
            return None
        except EbenbildError as exc:
            self.broken = vital
            self._add(number, name, StepState.FAILED, exc.message)
            return None
        self._add(number, name, StepState.OK, detail)
        return value

    def _add(self, number: int, name: str, state: StepState, detail: str) -> None:
        self.steps.append(VerifyStep(number, name, state, detail))


def verify_licence_bytes(data: bytes, trust: Trust) -> VerifyReport:
    """Run all steps on the exact bytes of a licence; never raises for what is in them."""
    run = _Run()
    names = iter(STEPS)
    # 1. Plain UTF-8 JSON, every key once, bounded in size and depth.
    document = run.step(next(names), lambda: _strict(data), vital=True)
    # 2. The bytes are the one canonical form of the document: no other spelling is accepted.
    run.step(next(names), lambda: _canonical(document, data), vital=True)
    # 3. It is a licence of this profile and says nothing beside its terms.
    facts = run.step(next(names), lambda: _profile(document), vital=True)
    # 4. One proof by each signer and the registry's, which is built on all of theirs.
    chain = run.step(next(names), lambda: _chain(document), vital=True)
    # 5. The performer's signature holds.
    run.step(next(names), lambda: _signature(document, chain, 0), vital=True)
    # 6. The signatures of all guardians whom the document names hold.
    run.step(next(names), lambda: _guardians(document, chain), vital=True)
    # 7. The registry's signature holds.
    run.step(next(names), lambda: _signature(document, chain, -1), vital=True)
    # 8. The registry is one that the verifier trusts.
    run.step(next(names), lambda: _trusted(chain, trust), vital=False)
    # 9. The performer's key is known to be the performer's.
    run.step(next(names), lambda: _bound(facts, trust), vital=False)
    # 10. The licence is in force at the time asked about.
    run.step(next(names), lambda: _term(facts, trust), vital=False)
    # 11. Its bit in the status list of that registry is clear.
    run.step(next(names), lambda: _status(facts, trust), vital=False)
    # 12. So is its bit in the list of suspensions, where the licence names one.
    run.step(next(names), lambda: _suspension(facts, trust), vital=False)
    # 13. An agency that held the performer's key is named, and truly.
    run.step(next(names), lambda: _held(facts, chain, trust), vital=False)
    if facts is not None and is_id(PREFIX, facts.terms.framework_id):
        # 14. The framework is the one pinned, signed, and kept by these terms.
        run.step(FRAMEWORK_STEP, lambda: (None, _pinned(facts, trust)), vital=False)
    return VerifyReport(
        steps=tuple(run.steps),
        terms=None if facts is None else facts.terms,
        vc_id="" if facts is None else facts.vc_id,
        doubts=() if facts is None else _doubts(facts, trust),
    )


def verify_token_bytes(data: bytes, trust: Trust) -> VerifyReport:
    """Open a `vc+jwt` token and run all steps on the licence in it; never raises for its content.

    The seal of the token is step 1, whose it is step 2; the licence's steps follow.
    """
    run = _Run()
    token = run.step("token-seal", lambda: _opened(data), vital=True)
    run.step("token-registry", lambda: _token_trusted(token, trust), vital=True)
    report = verify_licence_bytes(b"" if run.broken or token is None else token.document, trust)
    later = [replace(step, number=step.number + len(run.steps)) for step in report.steps]
    if run.broken:
        detail = "An earlier step failed."
        later = [replace(step, state=StepState.NOT_CHECKED, detail=detail) for step in later]
    return VerifyReport((*run.steps, *later), report.terms, report.vc_id, report.doubts)


def _opened(data: bytes) -> tuple[Token, str]:
    token = open_token(data)
    return token, f"Sealed with {token.method.partition('#')[0]}."


def _token_trusted(token: Token | None, trust: Trust) -> tuple[None, str]:
    if _present(token).method not in trust.registry_methods:
        raise BadProof("The token is sealed by none of the registries trusted.")
    return None, "The registry that sealed the token is trusted."


def _doubts(facts: LicenceFacts, trust: Trust) -> tuple[Reason, ...]:
    """What rule packs say today; who is a minor or has died cannot be known from the file."""
    places = facts.terms.territories
    asked = ConsentFacts(facts.terms, territories=places)
    return reasons(judge(asked, packs_for(shipped_packs(), places, trust.at), trust.at))


def _strict(data: bytes) -> tuple[dict[str, Any], str]:
    return parse_strict(data, bytes_max=LICENCE_BYTES_MAX), f"{len(data)} bytes of strict JSON."


def _canonical(document: Mapping[str, Any] | None, data: bytes) -> tuple[None, str]:
    check_canonical(_present(document), data)
    return None, "The bytes are the canonical form (RFC 8785)."


def _profile(document: Mapping[str, Any] | None) -> tuple[LicenceFacts, str]:
    facts = licence_facts(_present(document))
    return facts, f"Licence {facts.vc_id}."


def _chain(document: Mapping[str, Any] | None) -> tuple[tuple[Mapping[str, Any], ...], str]:
    chain = chained_proofs(_present(document))
    return chain, f"The registry's proof covers {len(chain) - 1} other proof(s)."


def _signature(
    document: Mapping[str, Any] | None, chain: tuple[Mapping[str, Any], ...] | None, place: int
) -> tuple[None, str]:
    proof = _present(chain)[place]
    integrity.verify_proof(_present(document), proof)
    return None, f"Signed with {proof['verificationMethod'].partition('#')[0]}."


def _guardians(
    document: Mapping[str, Any] | None, chain: tuple[Mapping[str, Any], ...] | None
) -> tuple[None, str]:
    proofs = _present(chain)[1:-1]
    for proof in proofs:
        integrity.verify_proof(_present(document), proof)
    if not proofs:
        return None, "The licence names no guardian; none is checked."
    return None, f"Signed by {len(proofs)} guardian(s)."


def _trusted(chain: tuple[Mapping[str, Any], ...] | None, trust: Trust) -> tuple[None, str]:
    if _present(chain)[-1]["verificationMethod"] not in trust.registry_methods:
        raise BadProof("The countersigning registry is not one of those trusted.")
    return None, "The countersigning registry is trusted."


def _bound(facts: LicenceFacts | None, trust: Trust) -> tuple[None, str]:
    known = _present(facts)
    dids = trust.performer_dids.get(known.terms.performer_id)
    if dids is None:
        raise Unchecked("No keys of this performer were given; the registry vouches for the key.")
    if known.issuer not in dids:
        raise BadProof("The key is not one of this performer's.")
    return None, "The key is one of this performer's."


def _term(facts: LicenceFacts | None, trust: Trust) -> tuple[None, str]:
    terms = _present(facts).terms
    if trust.at < terms.valid_from:
        raise BadProof(f"Not in force before {to_text(terms.valid_from)}.")
    if trust.at >= terms.valid_until:
        raise BadProof(f"Expired at {to_text(terms.valid_until)}.")
    return None, f"In force until {to_text(terms.valid_until)}."


def _status(facts: LicenceFacts | None, trust: Trust) -> tuple[None, str]:
    known = _present(facts)
    if _bit(known, known.status_url, REVOCATION, trust):
        raise BadProof("The licence is revoked.")
    return None, "Not revoked, says the registry's status list."


def _suspension(facts: LicenceFacts | None, trust: Trust) -> tuple[None, str]:
    known = _present(facts)
    if not known.suspendable and known.suspension_url not in trust.status_lists:
        return None, "The licence names no list of suspensions."
    if _bit(known, known.suspension_url, SUSPENSION, trust):
        raise BadProof("Consent to a use in the licence is suspended now.")
    return None, "Not suspended, says the registry's list of suspensions."


def _held(
    facts: LicenceFacts | None, chain: tuple[Mapping[str, Any], ...] | None, trust: Trust
) -> tuple[None, str]:
    known = _present(facts)
    said = Declared(
        issuer=known.issuer,
        performer_id=known.terms.performer_id,
        agency_key=known.agency_key,
        flagged=known.terms.formation.agency_key,
        signed_at=from_text(str(_present(chain)[-1]["created"])),
    )
    dids = trust.performer_dids.get(known.terms.performer_id, frozenset())
    return None, check_held(said, AtHand(dids, trust.custodies, trust.mandates))


def _pinned(facts: LicenceFacts, trust: Trust) -> str:
    return check_pin(facts.terms, trust.frameworks, trust.registry_methods)


def _bit(facts: LicenceFacts, url: str, purpose: str, trust: Trust) -> bool:
    data = trust.status_lists.get(url)
    if data is None:
        raise Unchecked(f"No status list was given: fetch {url}.")
    trusted = trust.registry_methods
    bits = read_status_list(data, url=url, trusted=trusted, at=trust.at, purpose=purpose)
    return is_set(bits, facts.status_index)


def _present(value: T | None) -> T:
    assert value is not None, "a vital step failed and the run went on"
    return value
