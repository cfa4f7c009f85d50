"""`licence`: what a performer allows, signed by the performer and countersigned by the registry."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import Yes, sure
from api.cli.asof import as_of
from api.cli.contracts import filled
from api.cli.exports import export_licence
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.cli.signing import KeyFile, open_key, signature
from api.cli.termsfile import flat, read_terms
from api.cli.verify import verify
from api.web.texts import reason, text, word

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Licences: signed consent to a use.", no_args_is_help=True)
LicenceId = Annotated[str, typer.Argument(help="Id of the licence.")]
command(app, "verify")(verify)
command(app, "as-of")(as_of)
command(app, "export")(export_licence)


@command(app, "new")
def new(
    cli: Cli,
    terms: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Terms as TOML.")],
    key: KeyFile,
    *,
    yes: Yes = False,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed licence.")] = None,
    template: Annotated[
        str, typer.Option(help="Fill in this contract; the file then holds only what is left open.")
    ] = "",
) -> None:
    """Draft a licence, sign it here with the performer's key, and have it countersigned."""
    wanted = read_terms(terms)
    with cli.client() as client:
        if template:
            wanted = filled(cli, client, template, wanted)
        draft = client.post("/v1/licences", {"terms": wanted})
        for doubt in draft["doubts"]:
            note(f"? {reason(cli.lang, doubt)}")
        _agree(cli, wanted, yes=yes)
        _note_cut(cli, wanted, draft)
        licence = sign_draft(cli, client, key, draft, out)
    emit(cli, licence, lambda: fields(flat(licence)))


@command(app, "sign")
def sign(
    cli: Cli,
    licence: LicenceId,
    key: KeyFile,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed licence.")] = None,
) -> None:
    """Sign a drafted licence with the performer's key, or a guardian's where one is due."""
    with cli.client() as client:
        signer = open_key(key, cli.lang).did
        draft = client.get(f"/v1/licences/{licence}/draft", signer=signer)
        found = sign_draft(cli, client, key, draft, out)
    emit(cli, found, lambda: fields(flat(found)))


@command(app, "list")
def list_licences(cli: Cli) -> None:
    """List the licences you gave or hold."""
    with cli.client() as client:
        found = list(client.pages("/v1/licences"))
    rows = [
        (
            item["id"],
            item["state"],
            item["terms"]["performer_id"],
            ", ".join(word(cli.lang, kind) for kind in item["terms"]["kinds"]),
            item["terms"]["valid_until"][:10],
        )
        for item in found
    ]
    columns = ("id", "state", "performer", "kinds of use", "until")
    emit(cli, found, lambda: table(columns, rows))


@command(app, "show")
def show(
    cli: Cli,
    licence: LicenceId,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed licence.")] = None,
    token: Annotated[bool, typer.Option("--token", help="Write it as a token (vc+jwt).")] = False,
) -> None:
    """Show a licence, or write its exact signed bytes to a file."""
    with cli.client() as client:
        found = client.get(f"/v1/licences/{licence}")
        if out is not None:
            form = "token" if token else "credential"
            out.write_bytes(client.fetch(f"/v1/licences/{licence}/{form}"))
    emit(cli, found, lambda: fields(flat(found)))


@command(app, "revoke")
def revoke(
    cli: Cli,
    licence: LicenceId,
    reason: Annotated[str, typer.Option(help="Why; kept with the revocation.")] = "",
) -> None:
    """Revoke a licence: no later clearance rests on it."""
    with cli.client() as client:
        found = client.post(f"/v1/licences/{licence}/revocation", {"reason": reason})
    emit(cli, found, lambda: fields(flat(found)))


def sign_draft(
    cli: Cli, client: "Client", key: Path, draft: dict[str, Any], out: Path | None
) -> dict[str, Any]:
    """Sign the draft; write the licence once everybody has signed."""
    signed = signature(open_key(key, cli.lang), draft)
    licence: dict[str, Any] = client.post(f"/v1/licences/{draft['id']}/signature", signed)
    for did in licence["awaiting"]:
        note(text(cli.lang, "licence.awaiting", did=did))
    if out is not None and not licence["awaiting"]:
        out.write_bytes(client.fetch(f"/v1/licences/{licence['id']}/credential"))
    return licence


def _note_cut(cli: Cli, wanted: dict[str, Any], draft: dict[str, Any]) -> None:
    """Say where the draft ends before the day that was asked for: a minor comes of age."""
    until = draft["document"]["validUntil"]
    if datetime.fromisoformat(until) < datetime.fromisoformat(wanted["valid_until"]):
        note(text(cli.lang, "licence.cut", until=until))


def _agree(cli: Cli, terms: dict[str, Any], *, yes: bool) -> None:
    for name, value in flat({"terms": terms}).items():
        note(f"{name}: {value}")
    sure(cli, text(cli.lang, "licence.sign"), yes=yes)
