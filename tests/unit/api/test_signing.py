"""The command line signs what it shows and nothing else, with the key it was given."""

import base64
from pathlib import Path
from typing import Any

import pytest

from api.cli.signing import open_key, signature
from core import integrity, keys
from core.errors import BadProof, Unavailable
from core.integrity import ProofOptions

KEY = keys.from_seed(bytes(32))
DOCUMENT = {"type": "EnrolmentConsent", "purposes": ["matching"]}
OPTIONS = ProofOptions(KEY.verification_method, "2026-11-21T10:00:00Z", id="urn:uuid:1")


def request(document: dict[str, Any], shown: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request for a signature over `document` that shows `shown` (the same unless given)."""
    wanted = integrity.signing_input(document, OPTIONS)
    return {
        "id": "x",
        "document": document if shown is None else shown,
        "options": {
            "verification_method": OPTIONS.verification_method,
            "created": OPTIONS.created,
            "purpose": OPTIONS.purpose,
            "previous_proof": None,
            "id": OPTIONS.id,
        },
        "signing_input": base64.b64encode(wanted).decode(),
    }


def test_the_signature_holds_over_the_document_that_was_shown() -> None:
    made = signature(KEY, request(DOCUMENT))
    signed = integrity.attach(DOCUMENT, OPTIONS, base64.b64decode(made["signature"]))
    integrity.verify(signed, expected={KEY.verification_method})
    assert made["verification_method"] == KEY.verification_method


def test_bytes_of_another_document_are_not_signed() -> None:
    asked = request({**DOCUMENT, "purposes": ["matching", "training"]}, shown=DOCUMENT)
    with pytest.raises(BadProof, match="not the document it shows"):
        signature(KEY, asked)


def test_another_key_does_not_sign() -> None:
    with pytest.raises(BadProof, match="another key"):
        signature(keys.from_seed(bytes(31) + b"\x01"), request(DOCUMENT))


def test_a_locked_key_file_needs_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.key"
    keys.save_key(path, KEY, "secret")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(Unavailable, match="passphrase"):
        open_key(path, "en")
    plain = tmp_path / "y.key"
    keys.save_key(plain, KEY)
    assert open_key(plain, "en").did == KEY.did
