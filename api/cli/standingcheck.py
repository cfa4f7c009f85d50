"""Verifies a standing declaration offline: who signed it, what it says, and what stays open."""

from collections.abc import Sequence
from pathlib import Path

from api.cli.options import Cli
from api.cli.output import emit, fields, say
from api.web.texts import text, word

BYTES_MAX = 1024 * 1024


def is_declaration(file: Path) -> bool:
    """Whether a file says that it is a standing declaration."""
    from core.canonical import parse_strict  # noqa: PLC0415
    from core.errors import BadInput  # noqa: PLC0415
    from licensing.standing import DECLARATION_TYPE  # noqa: PLC0415

    try:
        small = file.stat().st_size <= BYTES_MAX
        types = parse_strict(file.read_bytes()).get("type") if small else None
    except BadInput:
        return False
    return isinstance(types, list) and DECLARATION_TYPE in types


def verify_declaration(cli: Cli, file: Path, registries: Sequence[str]) -> None:
    """Print what the declaration says once it holds; raises BadProof when it does not."""
    from core.clock import to_text  # noqa: PLC0415
    from core.keys import verification_method  # noqa: PLC0415
    from licensing.standing import check_declaration  # noqa: PLC0415

    trusted = {verification_method(did) for did in registries}
    facts = check_declaration(file.read_bytes(), trusted)
    stances = {item.kind.value: item.stance.value for item in facts.standings}
    found = {
        "ok": True,
        # Only the registry knows whether a newer one was signed since.
        "complete": False,
        "vc_id": facts.vc_id,
        "performer_id": facts.performer_id,
        "valid_from": to_text(facts.valid_from),
        "guardians": list(facts.guardians),
        "stances": stances,
    }

    def render() -> None:
        shown = {word(cli.lang, kind): stance for kind, stance in stances.items()}
        fields({"performer_id": facts.performer_id, "valid_from": found["valid_from"], **shown})
        say(text(cli.lang, "verify.declaration"))

    emit(cli, found, render)
