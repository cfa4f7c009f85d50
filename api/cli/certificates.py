"""`certificate`: have a cleared decision certified, ask how it stands, and verify one offline."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.embedding import embed, extract, receipt_of, signing_key
from api.cli.exports import export_certificate
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note
from api.cli.publishing import binding, find, publish, unpublish
from api.cli.verify import At, Registries, check, registry_here
from api.web.texts import reason, text
from core.files import sha256_of

app = typer.Typer(help="Certificates of cleared decisions.", no_args_is_help=True)
ClearanceId = Annotated[str, typer.Argument(help="Id of the decision.")]
command(app, "export")(export_certificate)
command(app, "signing-key")(signing_key)
command(app, "embed")(embed)
command(app, "extract")(extract)
command(app, "publish")(publish)
command(app, "unpublish")(unpublish)
command(app, "find")(find)
command(app, "binding")(binding)


@command(app, "get")
def get(
    cli: Cli,
    clearance: ClearanceId,
    *,
    media: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The file: its hash is disclosed in it."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the signed certificate here.")] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="Write its wording on paper here, in --lang.")
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option(help="Write the log's receipt of it here.")
    ] = None,
) -> None:
    """Have a cleared decision certified, or fetch its certificate."""
    body = {} if media is None else {"media_sha256": sha256_of(media)}
    with cli.client() as client:
        made = client.post(f"/v1/clearances/{clearance}/certificate", body)
        if out is not None:
            out.write_bytes(client.fetch(made["credential"]))
        if receipt is not None:
            receipt.write_bytes(receipt_of(client, clearance))
        if pdf is not None:
            address = f"/v1/clearances/{clearance}/certificate.pdf"
            pdf.write_bytes(client.fetch(address, lang=cli.lang))
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
    receipt: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The log's receipt of it.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Keys of the log (ebenbild log policy)."),
    ] = None,
    registry: Registries = None,
    at: At = None,
) -> None:
    """Verify a certificate offline, in numbered steps; exit 1 when one fails."""
    beside = [*(licence or ()), *(path for path in (status_file, receipt) if path is not None)]
    check(
        cli,
        file,
        registry or registry_here(cli),
        others=beside,
        policy=policy,
        media=[] if media is None else [media],
        at=at,
    )


def _show(lang: str, found: dict[str, Any]) -> None:
    fields({**found, "state": text(lang, f"certificate.state.{found['state']}"), "reasons": None})
    for item in found["reasons"]:
        note(reason(lang, item))
