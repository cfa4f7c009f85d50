"""Verify a licence from its bytes alone, in ten numbered steps, without asking anybody.

What cannot be checked with what was handed in is said to be unchecked and never counts as good.
Specs: https://www.w3.org/TR/vc-data-integrity/ and
https://www.w3.org/TR/vc-bitstring-status-list/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from core import integrity
from core.canonical import parse_strict
from core.clock import to_text
from core.errors import BadProof, EbenbildError
from licensing.credential import (
    LICENCE_BYTES_MAX,
    LicenceFacts,
    chained_proofs,
    check_canonical,
    licence_facts,
)
from licensing.models import StepState, VerifyReport, VerifyStep
from licensing.status import is_set
from licensing.statuslist import read_status_list

T = TypeVar("T")

STEPS = (
    "strict-json",
    "canonical-form",
    "licence-profile",
    "proof-chain",
    "performer-signature",
    "registry-signature",
    "registry-trusted",
    "performer-key",
    "term",
    "revocation",
)


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier knows by himself; nothing is fetched.

    `registry_methods` are verification methods (`did:key:z..#z..`) of trusted registries,
    `performer_dids` the keys known to belong to a performer id (the registry's countersignature
    vouches for others), `status_lists` the bytes of status list credentials by address.
    """

    at: datetime
    registry_methods: frozenset[str]
    performer_dids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    status_lists: Mapping[str, bytes] = field(default_factory=dict)


class _Unchecked(Exception):
    """What this step needs was not handed in."""


class _Run:
    """The steps so far; after a failure of the first six the rest stays unchecked."""

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
        except _Unchecked as exc:
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
    """Run all ten steps on the exact bytes of a licence; never raises for what is in them."""
    run = _Run()
    names = iter(STEPS)
    # 1. Plain UTF-8 JSON, every key once, bounded in size and depth.
    document = run.step(next(names), lambda: _strict(data), vital=True)
    # 2. The bytes are the one canonical form of the document: no other spelling is accepted.
    run.step(next(names), lambda: _canonical(document, data), vital=True)
    # 3. It is a licence of this profile and says nothing beside its terms.
    facts = run.step(next(names), lambda: _profile(document), vital=True)
    # 4. Exactly two proofs, the registry's built on the performer's.
    chain = run.step(next(names), lambda: _chain(document), vital=True)
    # 5. The performer's signature holds.
    run.step(next(names), lambda: _signature(document, chain, 0), vital=True)
    # 6. The registry's signature holds.
    run.step(next(names), lambda: _signature(document, chain, 1), vital=True)
    # 7. The registry is one that the verifier trusts.
    run.step(next(names), lambda: _trusted(chain, trust), vital=False)
    # 8. The performer's key is known to be the performer's.
    run.step(next(names), lambda: _bound(facts, trust), vital=False)
    # 9. The licence is in force at the time asked about.
    run.step(next(names), lambda: _term(facts, trust), vital=False)
    # 10. Its bit in the status list of that registry is clear.
    run.step(next(names), lambda: _status(facts, trust), vital=False)
    return VerifyReport(
        steps=tuple(run.steps),
        terms=None if facts is None else facts.terms,
        vc_id="" if facts is None else facts.vc_id,
    )


def _strict(data: bytes) -> tuple[dict[str, Any], str]:
    return parse_strict(data, bytes_max=LICENCE_BYTES_MAX), f"{len(data)} bytes of strict JSON."


def _canonical(document: Mapping[str, Any] | None, data: bytes) -> tuple[None, str]:
    check_canonical(_present(document), data)
    return None, "The bytes are the canonical form (RFC 8785)."


def _profile(document: Mapping[str, Any] | None) -> tuple[LicenceFacts, str]:
    facts = licence_facts(_present(document))
    return facts, f"Licence {facts.vc_id}."


def _chain(document: Mapping[str, Any] | None) -> tuple[tuple[Mapping[str, Any], ...], str]:
    return chained_proofs(_present(document)), "The registry's proof covers the performer's."


def _signature(
    document: Mapping[str, Any] | None, chain: tuple[Mapping[str, Any], ...] | None, place: int
) -> tuple[None, str]:
    proof = _present(chain)[place]
    integrity.verify_proof(_present(document), proof)
    return None, f"Signed with {proof['verificationMethod'].partition('#')[0]}."


def _trusted(chain: tuple[Mapping[str, Any], ...] | None, trust: Trust) -> tuple[None, str]:
    if _present(chain)[1]["verificationMethod"] not in trust.registry_methods:
        raise BadProof("The countersigning registry is not one of those trusted.")
    return None, "The countersigning registry is trusted."


def _bound(facts: LicenceFacts | None, trust: Trust) -> tuple[None, str]:
    known = _present(facts)
    dids = trust.performer_dids.get(known.terms.performer_id)
    if dids is None:
        raise _Unchecked("No keys of this performer were given; the registry vouches for the key.")
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
    data = trust.status_lists.get(known.status_url)
    if data is None:
        raise _Unchecked(f"No status list was given: fetch {known.status_url}.")
    bits = read_status_list(data, url=known.status_url, trusted=trust.registry_methods, at=trust.at)
    if is_set(bits, known.status_index):
        raise BadProof("The licence is revoked.")
    return None, "Not revoked, says the registry's status list."


def _present(value: T | None) -> T:
    assert value is not None, "a vital step failed and the run went on"
    return value
