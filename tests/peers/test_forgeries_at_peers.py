"""Libraries that nobody here wrote accept our licences, tokens and lists, and refuse the forgeries.

A peer is asked about every forgery that it is handed enough to see. It accepts only where it finds
the first signature good and in force, the last one over all others good, and the status bit clear.
"""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.canonical import canonical
from core.clock import utc_now
from licensing.token import seal_token
from tests.forgeries import JOSE, PYJWT, STATUS, VC, childs_at, forgeries, good, held_at, status_at
from tests.peers.npm_programs import judged, tokens_judged
from tests.unit.licensing.documents import REGISTRY

NOW = utc_now().replace(microsecond=0)
ALL = forgeries(NOW)
GOOD = [canonical(good(NOW)), canonical(childs_at(NOW)), canonical(held_at(NOW))]


def accepted(answer: dict[str, Any]) -> bool:
    found = answer.get("credential", {})
    return (
        "error" not in answer
        and found["verified"] is True
        # Only the issuer's proof is an issuer's to this library; it is asked for the others singly.
        and found["proofs"][0] is True
        and all(answer["guardians"])
        and answer["chained"] is True
        and found["statusRead"] is True
        and found["revoked"] == [False]
    )


def opened(token: bytes) -> bool:
    key = Ed25519PublicKey.from_public_bytes(REGISTRY.public)
    try:
        jwt.decode_complete(token, key, algorithms=["EdDSA"])
    except jwt.PyJWTError:
        return False
    return True


def test_digital_bazaar_accepts_ours_and_refuses_the_forgeries(node: str) -> None:
    seen = [one for one in ALL if {VC, STATUS} & set(one.seen_by)]
    cases = [(data, status_at(NOW)) for data in GOOD] + [(one.licence, one.status) for one in seen]
    answers = [accepted(answer) for answer in judged(node, cases)]
    assert answers[: len(GOOD)] == [True] * len(GOOD)
    taken = [one.name for one, good in zip(seen, answers[len(GOOD) :], strict=True) if good]
    assert taken == []


def test_jose_accepts_our_tokens_and_refuses_the_forgeries(node: str) -> None:
    seen = [one for one in ALL if JOSE in one.seen_by]
    tokens = [seal_token(data, REGISTRY) for data in GOOD] + [one.licence for one in seen]
    answers = tokens_judged(node, tokens)
    assert [answer["verified"] for answer in answers[: len(GOOD)]] == [True] * len(GOOD)
    assert [answer["payload"].encode() for answer in answers[: len(GOOD)]] == GOOD
    pairs = zip(seen, answers[len(GOOD) :], strict=True)
    assert [one.name for one, answer in pairs if answer["verified"]] == []


@pytest.mark.parametrize("data", GOOD, ids=["adult", "child", "held"])
def test_pyjwt_accepts_our_tokens(data: bytes) -> None:
    assert opened(seal_token(data, REGISTRY))


def test_pyjwt_refuses_the_forgeries() -> None:
    assert [one.name for one in ALL if PYJWT in one.seen_by and opened(one.licence)] == []


def test_at_least_thirty_forgeries_are_refused_by_somebody_else_too() -> None:
    assert sum(bool(one.seen_by) for one in ALL) >= 30
