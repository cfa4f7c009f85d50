"""How fast licences and tokens are signed and verified, beside the bare Ed25519 under them.

Run: python -m bench.licences. Rates are per second of one core's CPU time; the limit is what the
bare signatures alone would allow, so a ratio says what strict reading and canonical forms cost.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core import integrity, keys
from core.canonical import canonical
from core.clock import utc_now
from licensing.credential import performer_options, registry_options
from licensing.token import open_token, seal_token
from licensing.verification import Trust, verify_licence_bytes
from tests.unit.licensing.documents import PERFORMER, PROOF_ID, REGISTRY, document
from tests.unit.licensing.examples import TERMS

ROUNDS = 5
BARE_MESSAGE_BYTES = 64


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=400, help="licences per round")
    times = parser.parse_args().times
    now = utc_now()
    terms = replace(TERMS, valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=9))
    unsigned = document(terms)

    def sign() -> bytes:
        once = integrity.sign(unsigned, performer_options(PERFORMER.did, now, PROOF_ID), PERFORMER)
        second = registry_options(REGISTRY.did, now, PROOF_ID)
        return canonical(integrity.sign(once, second, REGISTRY))

    licence = sign()
    token = seal_token(licence, REGISTRY)
    trust = Trust(now, frozenset({REGISTRY.verification_method}))
    message = bytes(BARE_MESSAGE_BYTES)
    signature = keys.sign(PERFORMER, message)
    assert verify_licence_bytes(licence, trust).ok
    steps: list[tuple[str, int, Callable[[], object], Callable[[], object]]] = [
        ("sign a licence (2 signatures)", 2, sign, lambda: keys.sign(PERFORMER, message)),
        (
            "verify a licence (2 signatures)",
            2,
            lambda: verify_licence_bytes(licence, trust),
            lambda: keys.verify(PERFORMER.public, message, signature),
        ),
        (
            "seal a token (1 signature)",
            1,
            lambda: seal_token(licence, REGISTRY),
            lambda: keys.sign(PERFORMER, message),
        ),
        (
            "open a token (1 signature)",
            1,
            lambda: open_token(token),
            lambda: keys.verify(PERFORMER.public, message, signature),
        ),
    ]
    print(f"{len(licence)} bytes a licence; per second of CPU time, best of {ROUNDS} rounds")
    print(f"{'':34}{'ours':>10}{'Ed25519':>10}{'ratio':>8}")
    for name, signatures, ours, bare in steps:
        found, limit = _rates(ours, bare, times)
        share = found * signatures / limit
        print(f"{name:34}{found:10.0f}{limit / signatures:10.0f}{share:8.2f}")


def _rates(
    ours: Callable[[], object], bare: Callable[[], object], times: int
) -> tuple[float, float]:
    """Best rates of both, taken in alternation."""
    best = [0.0, 0.0]
    for _ in range(ROUNDS):
        for place, call in enumerate((ours, bare)):
            begun = time.process_time()
            for _ in range(times):
                call()
            best[place] = max(best[place], times / (time.process_time() - begun))
    return best[0], best[1]


if __name__ == "__main__":
    main()
