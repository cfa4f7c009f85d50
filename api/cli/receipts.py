"""Verifies the receipt of an erasure offline: who signed it, and that nothing changed."""

from collections.abc import Sequence
from pathlib import Path

from api.cli.options import Cli
from api.cli.output import emit, fields, say
from api.web.texts import text

RECEIPT = "ErasureReceipt"
BYTES_MAX = 1024 * 1024


def is_receipt(file: Path) -> bool:
    """Whether a file says that it is the receipt of an erasure."""
    from core.canonical import parse_strict  # noqa: PLC0415
    from core.errors import BadInput  # noqa: PLC0415

    try:
        small = file.stat().st_size <= BYTES_MAX
        return small and parse_strict(file.read_bytes()).get("type") == RECEIPT
    except BadInput:
        return False


def verify_receipt(cli: Cli, file: Path, registries: Sequence[str]) -> None:
    """Print what the receipt says once it holds; raises BadProof when it does not."""
    from core import integrity  # noqa: PLC0415
    from core.canonical import parse_strict  # noqa: PLC0415
    from core.errors import BadProof  # noqa: PLC0415
    from core.keys import verification_method  # noqa: PLC0415

    document = parse_strict(file.read_bytes())
    signer = str(document.get("registry"))
    if signer not in registries:
        raise BadProof(
            "this receipt is by a registry that you have not named",
            next_step="name the registry you trust with --registry did:key:...",
        )
    integrity.verify(document, expected={verification_method(signer)})
    shown = {name: document[name] for name in ("id", "registry", "requested", "finished")}
    shown["gone"] = [f"{name}: {count}" for name, count in document["gone"].items() if count]

    def render() -> None:
        fields(shown)
        say(text(cli.lang, "verify.receipt"))

    emit(cli, {"ok": True, **document}, render)
