"""Digital Bazaar's libraries, which nobody here wrote, read our licences and status lists.

They need Node.js and `npm install --no-package-lock` in tests/peers/npm once. They know sets of
proofs and no chains: of the two proofs their verifier finds the performer's good, and the
registry's is checked with the bytes that their suite makes of what it covers.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.canonical import canonical
from core.clock import utc_now
from licensing.credential import REVOCATION, SUSPENSION
from licensing.models import Context, Terms
from licensing.status import bits_with
from licensing.statuslist import signed_status_list
from registry.models.works import KindOfUse
from tests.peers.npm_programs import judged
from tests.unit.licensing.documents import FACTS, REGISTRY, document, signed
from tests.unit.licensing.examples import TERMS

NOW = utc_now().replace(microsecond=0)


def current(**changes: Any) -> Terms:
    """Terms in force now: the libraries ask the clock."""
    term = {"valid_from": NOW - timedelta(days=1), "valid_until": NOW + timedelta(days=30)}
    return replace(TERMS, **{**term, **changes})


def asked(node: str, licence: dict[str, Any], *revoked: int) -> dict[str, Any]:
    status = signed_status_list(
        REGISTRY, url=FACTS.status_url, bits=bits_with(revoked), valid_from=NOW
    )
    [answer] = judged(node, [(canonical(licence), status)])
    return answer


@pytest.mark.parametrize(
    "terms",
    [
        current(),
        current(kinds=(KindOfUse.EDIT, KindOfUse.BLEND), territories=("*",), seconds_max=None),
        current(kinds=(KindOfUse.TRAIN_MODEL,), contexts_prohibited=tuple(Context)),
    ],
)
def test_the_peer_accepts_both_proofs_and_the_status(node: str, terms: Terms) -> None:
    answer = asked(node, signed(document(terms)))
    assert "error" not in answer
    assert answer["credential"]["verified"] is True
    assert answer["credential"]["proofs"][0] is True
    assert answer["credential"]["statusRead"] is True
    assert answer["credential"]["revoked"] == [False]
    assert answer["chained"] is True


def test_the_peer_reads_every_term_of_our_context(node: str) -> None:
    [expanded] = asked(node, signed(document(current())))["expanded"]
    assert "urn:ebenbild:likeness:LikenessConsentLicence" in expanded["@type"]
    [subject] = expanded["https://www.w3.org/2018/credentials#credentialSubject"]
    [policy] = subject["urn:ebenbild:likeness:policy"]
    assert policy["@type"] == "@json"
    assert policy["@value"] == document(current())["credentialSubject"]["policy"]


TAMPERINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a higher price": lambda d: d["credentialSubject"]["policy"]["permission"][0]["duty"][0][
        "constraint"
    ][0].update(rightOperand="0.0126"),
    "another licensee": lambda d: d["credentialSubject"].update(id="did:web:evil.example"),
    "a longer term": lambda d: d.update(validUntil="2999-01-01T00:00:00Z"),
    "another index": lambda d: d["credentialStatus"].update(statusListIndex="43"),
    "no prohibition": lambda d: d["credentialSubject"]["policy"].update(prohibition=[]),
}


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS)
def test_the_peer_refuses_a_tampered_licence(
    node: str, tamper: Callable[[dict[str, Any]], Any]
) -> None:
    licence = signed(document(current()))
    tamper(licence)
    answer = asked(node, licence)
    assert answer["credential"]["verified"] is False
    assert answer["credential"]["proofs"] == [False, False]
    assert answer["chained"] is False


def test_the_peer_refuses_the_chain_without_the_performers_proof(node: str) -> None:
    licence = signed(document(current()))
    del licence["proof"][0]
    answer = asked(node, licence)
    assert answer["credential"]["verified"] is False
    assert answer["chained"] is False


def test_the_peer_notices_an_exchanged_performer_proof(node: str) -> None:
    licence = signed(document(current()))
    licence["proof"][0]["created"] = "2026-11-21T10:00:01Z"
    answer = asked(node, licence)
    assert answer["credential"]["proofs"][0] is False
    assert answer["chained"] is False


def test_the_peer_reads_our_revocations(node: str) -> None:
    licence = signed(document(current()))
    assert asked(node, licence, 42)["credential"]["revoked"] == [True]
    assert asked(node, licence, 41, 43)["credential"]["revoked"] == [False]


@pytest.mark.parametrize(("revoked", "suspended"), [([], []), ([42], []), ([], [42]), ([41], [43])])
def test_the_peer_reads_both_lists_of_a_licence_that_names_both(
    node: str, revoked: list[int], suspended: list[int]
) -> None:
    lists = [
        signed_status_list(
            REGISTRY, url=url, bits=bits_with(places), valid_from=NOW, purpose=purpose
        )
        for url, places, purpose in (
            (FACTS.status_url, revoked, REVOCATION),
            (FACTS.suspension_url, suspended, SUSPENSION),
        )
    ]
    licence = signed(document(current(), suspendable=True))
    [answer] = judged(node, [(canonical(licence), *lists)])
    assert answer["credential"]["verified"] is True
    assert answer["credential"]["statusRead"] is True
    assert answer["credential"]["revoked"] == [42 in revoked, 42 in suspended]
    assert answer["chained"] is True
