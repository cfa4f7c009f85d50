"""Signs with the performer's key file on this machine; the key itself is never sent anywhere.

The bytes to sign are computed here from the document that is shown, so a registry cannot have
something else signed than what was read.
"""

import base64
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.web.texts import text
from core.errors import BadInput, BadProof, Unavailable

if TYPE_CHECKING:
    from core.keys import PrivateKey

KeyFile = Annotated[
    Path,
    typer.Option("--key", exists=True, dir_okay=False, help="The performer's key file."),
]
LOCKED = b"ENCRYPTED PRIVATE KEY"


def open_key(path: Path, lang: str) -> "PrivateKey":
    """The key in the file; asks for the passphrase where it has one."""
    from core.keys import load_key  # noqa: PLC0415

    if LOCKED not in path.read_bytes():
        return load_key(path)
    if not sys.stdin.isatty():
        raise Unavailable(
            "The key file has a passphrase and there is no terminal to ask for it.",
            next_step="Run the command in a terminal, or use a key file without a passphrase.",
        )
    return load_key(path, typer.prompt(text(lang, "key.passphrase"), hide_input=True, err=True))


def keyed(keys: Mapping[str, "PrivateKey"], options: Mapping[str, Any]) -> "PrivateKey":
    """The key, by verification method, that `options` ask for; raises BadInput where it is none."""
    method = options["verification_method"]
    if method not in keys:
        raise BadInput(
            f"The key of {method.partition('#')[0]} is missing.",
            next_step="Name the key file of every signer with --key.",
        )
    return keys[method]


def cosignature(key: "PrivateKey", request: dict[str, Any]) -> dict[str, str]:
    """The signature of one more who signs the document of `request` under other `options`."""
    from core import integrity, keys  # noqa: PLC0415

    options = integrity.ProofOptions(**request["options"])
    wanted = integrity.signing_input(request["document"], options)
    return {
        "verification_method": key.verification_method,
        "signature": base64.b64encode(keys.sign(key, wanted)).decode("ascii"),
    }


def signature(key: "PrivateKey", request: dict[str, Any]) -> dict[str, str]:
    """The signature over `request` as the registry wants it back.

    `request` holds `document`, `options` and `signing_input`; raises BadProof when they differ.
    """
    from core import integrity, keys  # noqa: PLC0415

    options = integrity.ProofOptions(**request["options"])
    if options.verification_method != key.verification_method:
        raise BadProof(
            "The registry expects another key than the one in this file.",
            next_step="Use the key file that belongs to the performer.",
        )
    wanted = integrity.signing_input(request["document"], options)
    if base64.b64encode(wanted).decode("ascii") != request["signing_input"]:
        raise BadProof(
            "What the registry asks to sign is not the document it shows.",
            next_step="Sign nothing; ask the operator of the registry.",
        )
    return {
        "verification_method": key.verification_method,
        "signature": base64.b64encode(keys.sign(key, wanted)).decode("ascii"),
    }
