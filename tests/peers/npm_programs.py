"""Runs the programs in tests/peers/npm: documents in, verdicts out, nothing fetched."""

import base64
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from licensing.assets import context_bytes
from licensing.credential import CONTEXT_PATH
from tests.unit.licensing.documents import BASE_URL, REGISTRY

NPM = Path(__file__).with_name("npm")


def judged(
    node: str, cases: Sequence[tuple[bytes, ...]], *, contexts: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What Digital Bazaar's libraries say of each (licence, its first status list, others).

    `contexts` are by address; the one of the fixed documents stands where none are given.
    """
    own = {BASE_URL + CONTEXT_PATH: json.loads(context_bytes())}
    return _run(
        node,
        "verify.mjs",
        {
            "cases": [
                {
                    "licence": licence.decode(),
                    "statusList": status.decode(),
                    "more": [one.decode() for one in more],
                }
                for licence, status, *more in cases
            ],
            "contexts": own if contexts is None else dict(contexts),
        },
    )


def tokens_judged(node: str, tokens: Sequence[bytes]) -> list[dict[str, Any]]:
    """What npm jose says of each token under the registry's key."""
    x = base64.urlsafe_b64encode(REGISTRY.public).rstrip(b"=").decode()
    key = {"kty": "OKP", "crv": "Ed25519", "x": x}
    return _run(node, "token.mjs", {"key": key, "tokens": [token.decode() for token in tokens]})


def manifests_judged(node: str, pictures: Sequence[bytes]) -> list[dict[str, Any]]:
    """What TrustNXT's library says of the C2PA manifest in each JPEG."""
    given = [base64.b64encode(picture).decode() for picture in pictures]
    return _run(node, "manifest.mjs", {"pictures": given})


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook as it reached a receiver, and what that receiver verifies it by."""

    key: str
    headers: Mapping[str, str]
    body: str


def messages_judged(node: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """What the library of Standard Webhooks, or Node for a public key, says of each message."""
    return _run(node, "webhook.mjs", {"cases": [asdict(one) for one in messages]})


def _run(node: str, program: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [node, program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=NPM,
        check=True,
        timeout=300,
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
