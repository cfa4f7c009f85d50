"""Writes assertions of ours into a copy of a file, as a C2PA manifest that keeps the earlier ones.

The library is an extra and imported late. It fetches nothing, makes no thumbnails, and touches the
medium nowhere: the copy is held against its source before it gets its name. Spec: C2PA 2.2.
"""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import BadMedia, Broken, Conflict, Unavailable
from core.keys import PrivateKey, sign
from fingerprint.labels.payload import format_of, payload_sha256

SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
    "builder": {"thumbnail": {"enabled": False}},
}
Assertion = tuple[str, dict[str, Any]]  # label and data


def embed(
    source: Path,
    copy: Path,
    assertions: Sequence[Assertion],
    *,
    key: PrivateKey,
    chain: bytes,
) -> None:
    """Write `copy`: the medium of `source` with a manifest that holds `assertions`.

    `chain` is the PEM of the key's certificates. Raises BadMedia for a format that cannot carry
    one or a file that the library refuses, Conflict where there is a file already, Unavailable
    without the extra.
    """
    kind = format_of(source)
    if format_of(copy) != kind:
        raise BadMedia(f"The copy must end in {source.suffix}, like its source.")
    if copy.exists():
        raise Conflict(f"{copy.name} exists already.", next_step="Name another file.")
    before = payload_sha256(source)
    manifest = {
        "claim_generator_info": [{"name": "Ebenbild"}],
        "title": source.name,
        "assertions": [{"label": label, "data": data} for label, data in assertions],
    }
    handle, name = tempfile.mkstemp(suffix=copy.suffix, dir=copy.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "w+b") as out:
            _sign((source, out, kind), manifest, lambda data: sign(key, data), chain)
        if payload_sha256(made) != before:
            raise Broken("The library changed the medium; the copy is thrown away.")
        made.chmod(0o644)
        os.link(made, copy)  # unlike a renaming, never over another file
    finally:
        made.unlink()


def _sign(
    files: tuple[Path, BinaryIO, str],
    manifest: dict[str, Any],
    signing: Callable[[bytes], bytes],
    chain: bytes,
) -> None:
    source, out, kind = files
    if find_spec("c2pa") is None:
        raise Unavailable(
            "Writing into files needs the extra c2pa.",
            next_step="Install it: pip install 'ebenbild[c2pa]'",
            code="no-c2pa",
        )
    import c2pa  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: PLC0415

    try:
        with (
            c2pa.Context.from_dict(SETTINGS) as context,
            c2pa.Builder.from_json(json.dumps(manifest), context) as builder,
            c2pa.Signer.from_callback(
                signing, c2pa.C2paSigningAlg.ED25519, chain.decode("ascii")
            ) as signer,
            source.open("rb") as read,
        ):
            # Otherwise the manifests that the file has would be dropped.
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            builder.sign(signer, kind, read, out)
    except c2pa.C2paError as exc:
        raise BadMedia(
            f"No manifest can be written into {source.name}: {str(exc)[:200]}",
            next_step="Check that it plays and that its manifest, if it has one, is not damaged.",
        ) from exc
