"""`certificate`: have a cleared decision certified, ask how it stands, and verify one offline."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import MARKS, emit, fields, note, say, table
from api.web.texts import reason, text

app = typer.Typer(help="Certificates of cleared decisions.", no_args_is_help=True)
ClearanceId = Annotated[str, typer.Argument(help="Id of the decision.")]
BLOCK_BYTES = 1 << 20


@command(app, "get")
def get(
    cli: Cli,
    clearance: ClearanceId,
    media: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The file: its hash is disclosed in it."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the signed certificate here.")] = None,
) -> None:
    """Have a cleared decision certified, or fetch its certificate."""
    body = {} if media is None else {"media_sha256": sha256_of(media)}
    with cli.client() as client:
        made = client.post(f"/v1/clearances/{clearance}/certificate", body)
        if out is not None:
            out.write_bytes(client.fetch(made["credential"]))
    emit(cli, made, lambda: _show(cli.lang, made))


@command(app, "status")
def status(
    cli: Cli,
    clearance: ClearanceId,
    out: Annotated[Path | None, typer.Option(help="Write the signed state here.")] = None,
) -> None:
    """How a certificate stands now, and why; exit 1 unless it is valid."""
    with cli.client() as client:
        found = client.get(f"/v1/clearances/{clearance}/certificate")
        if out is not None:
            out.write_bytes(client.fetch(f"/certificates/{found['id']}/status"))
    emit(cli, found, lambda: _show(cli.lang, found))
    if not found["state"].startswith("VALID"):
        raise typer.Exit(1)


@command(app, "verify")
def verify(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A certificate.")],
    *,
    media: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The file it should be about.")
    ] = None,
    licence: Annotated[
        list[Path] | None,
        typer.Option("--licence", exists=True, dir_okay=False, help="A licence behind it."),
    ] = None,
    status_file: Annotated[
        Path | None,
        typer.Option("--status", exists=True, dir_okay=False, help="Its state, as fetched."),
    ] = None,
    registry: Annotated[
        list[str] | None,
        typer.Option("--registry", help="did:key of a registry you trust (default: the one here)."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="As of 2026-11-21T10:00:00Z (now).")] = None,
) -> None:
    """Verify a certificate offline, in numbered steps; exit 1 when one fails."""
    from api.cli.verify import registry_here  # noqa: PLC0415

    verify_certificate(
        cli,
        file,
        registry or registry_here(cli),
        media_sha256="" if media is None else sha256_of(media),
        licences=[path.read_bytes() for path in licence or ()],
        status=b"" if status_file is None else status_file.read_bytes(),
        at=at,
    )


def is_certificate(file: Path) -> bool:
    """Whether a file says that it is a certificate."""
    from core.canonical import DOCUMENT_BYTES_MAX, parse_strict  # noqa: PLC0415
    from core.errors import BadInput  # noqa: PLC0415
    from licensing.certificate import certificate_type  # noqa: PLC0415

    try:
        small = file.stat().st_size <= DOCUMENT_BYTES_MAX
        return small and certificate_type(parse_strict(file.read_bytes()))
    except BadInput:
        return False


def verify_certificate(
    cli: Cli,
    file: Path,
    registries: Sequence[str],
    *,
    media_sha256: str = "",
    licences: Sequence[bytes] = (),
    status: bytes = b"",
    at: str | None = None,
) -> None:
    """Print every step and what it found; exit 1 when one fails."""
    from core.clock import from_text, utc_now  # noqa: PLC0415
    from core.keys import verification_method  # noqa: PLC0415
    from licensing.certificatecheck import Brought, verify_certificate_bytes  # noqa: PLC0415

    brought = Brought(
        at=utc_now() if at is None else from_text(at),
        registry_methods=frozenset(map(verification_method, registries)),
        media_sha256=media_sha256,
        licences=licences,
        status=status,
    )
    report = verify_certificate_bytes(file.read_bytes(), brought)
    steps: list[dict[str, Any]] = [
        {"number": s.number, "name": s.name, "state": s.state.value, "detail": s.detail}
        for s in report.steps
    ]

    def render() -> None:
        rows = [(MARKS[s["state"]], s["number"], s["name"], s["detail"]) for s in steps]
        table(("", "step", "what", "found"), rows)
        outcome = "good" if report.complete else "partly" if report.ok else "bad"
        say(text(cli.lang, f"verify.certificate-{outcome}"))

    emit(cli, {"ok": report.ok, "complete": report.complete, "steps": steps}, render)
    if not report.ok:
        raise typer.Exit(1)


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _show(lang: str, found: dict[str, Any]) -> None:
    fields({**found, "state": text(lang, f"certificate.state.{found['state']}"), "reasons": None})
    for item in found["reasons"]:
        note(reason(lang, item))
