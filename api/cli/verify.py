"""`verify`: is this licence genuine and in force? Checked offline, step by step.

Nothing is fetched: what the verifier brings is what is trusted, and what could not be checked is
said. Exit 0 when no step failed, 1 when one did.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.certificates import is_certificate, verify_certificate
from api.cli.options import Cli, command
from api.cli.output import MARKS, emit, note, say, table
from api.cli.receipts import is_receipt, verify_receipt
from api.cli.standingcheck import is_declaration, verify_declaration
from api.web.texts import reason, text

if TYPE_CHECKING:
    from licensing.models import VerifyReport

Given = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="A licence, certificate or receipt."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "verify")(verify)


def verify(
    cli: Cli,
    file: Given,
    registry: Annotated[
        list[str] | None,
        typer.Option(
            "--registry",
            help="did:key of a registry you trust (default: the one here).",
        ),
    ] = None,
    status: Annotated[
        Path | None,
        typer.Option("--status", exists=True, dir_okay=False, help="Its status list, as fetched."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="As of 2026-11-21T10:00:00Z (now).")] = None,
) -> None:
    """Verify a licence or certificate offline, in numbered steps, or the receipt of an erasure."""
    if is_declaration(file):
        verify_declaration(cli, file, registry or registry_here(cli))
        return
    if is_certificate(file):
        known = b"" if status is None else status.read_bytes()
        verify_certificate(cli, file, registry or registry_here(cli), status=known, at=at)
        return
    if is_receipt(file):
        verify_receipt(cli, file, registry or registry_here(cli))
        return
    report = _run(file, registry or registry_here(cli), status, at)
    steps: list[dict[str, Any]] = [
        {"number": s.number, "name": s.name, "state": s.state.value, "detail": s.detail}
        for s in report.steps
    ]
    found: dict[str, Any] = {
        "ok": report.ok,
        "complete": report.complete,
        "vc_id": report.vc_id,
        "steps": steps,
        "doubts": [{"code": item.code, "detail": dict(item.detail)} for item in report.doubts],
    }

    def render() -> None:
        rows = [(MARKS[s["state"]], s["number"], s["name"], s["detail"]) for s in steps]
        table(("", "step", "what", "found"), rows)
        outcome = "good" if report.complete else "partly" if report.ok else "bad"
        say(text(cli.lang, f"verify.{outcome}"))
        for item in found["doubts"]:
            note(f"? {reason(cli.lang, item)}")

    emit(cli, found, render)
    if not report.ok:
        raise typer.Exit(1)


def _run(file: Path, registries: list[str], status: Path | None, at: str | None) -> "VerifyReport":
    from core.clock import from_text, utc_now  # noqa: PLC0415
    from core.keys import verification_method  # noqa: PLC0415
    from licensing.token import is_token  # noqa: PLC0415
    from licensing.verification import (  # noqa: PLC0415
        Trust,
        verify_licence_bytes,
        verify_token_bytes,
    )

    lists = {} if status is None else {_address(status): status.read_bytes()}
    trust = Trust(
        at=utc_now() if at is None else from_text(at),
        registry_methods=frozenset(verification_method(did) for did in registries),
        status_lists=lists,
    )
    data = file.read_bytes()
    return (verify_token_bytes if is_token(data) else verify_licence_bytes)(data, trust)


def _address(status: Path) -> str:
    """The address a status list says it has; empty when it is none."""
    from core.canonical import parse_strict  # noqa: PLC0415
    from core.errors import BadInput  # noqa: PLC0415

    try:
        return str(parse_strict(status.read_bytes()).get("id", ""))
    except BadInput:
        return ""


def registry_here(cli: Cli) -> list[str]:
    """The key of the registry in the data folder; none where there is no registry."""
    from core.errors import Unavailable  # noqa: PLC0415
    from core.init import REGISTRY_KEY_FILE  # noqa: PLC0415
    from core.keys import load_key  # noqa: PLC0415

    try:
        return [load_key(cli.settings().keys_dir / REGISTRY_KEY_FILE).did]
    except Unavailable:
        note(text(cli.lang, "verify.no-registry"))
        return []
