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
from api.cli.signing import open_key, signature
from api.cli.termsfile import flat, read_terms
from api.cli.verify import verify
from api.web.texts import reason, text, word
from core.errors import BadInput

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Licences: signed consent to a use.", no_args_is_help=True)
MaybeKey = Annotated[
    Path | None,
    typer.Option("--key", exists=True, dir_okay=False, help="The performer's key file."),
]
Agency = Annotated[
    bool, typer.Option("--agency", help="Sign with the key that is held for your agency.")
]
LicenceId = Annotated[str, typer.Argument(help="Id of the licence.")]
command(app, "verify")(verify)
command(app, "as-of")(as_of)
command(app, "export")(export_licence)


@command(app, "new")
def new(
    cli: Cli,
    terms: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Terms as TOML.")],
    key: MaybeKey = None,
    *,
    agency: Agency = False,
    yes: Yes = False,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed licence.")] = None,
    template: Annotated[
        str, typer.Option(help="Fill in this contract; the file then holds only what is left open.")
    ] = "",
) -> None:
    """Draft a licence, sign it here with the performer's key, and have it countersigned.

    With --agency the key signs that is held for your agency, and the licence says so.
    """
    one_of(key, agency=agency)
    wanted = read_terms(terms)
    with cli.client() as client:
        if template:
            wanted = filled(cli, client, template, wanted)
        draft = client.post("/v1/licences", {"terms": wanted, "agency_key": agency})
        for doubt in draft["doubts"]:
            note(f"? {reason(cli.lang, doubt)}")
        _agree(cli, wanted, yes=yes)
        _note_cut(cli, wanted, draft)
        licence = sign_either(cli, client, key, draft, out)
    emit(cli, licence, lambda: fields(flat(licence, cli.lang)))


@command(app, "sign")
def sign(
    cli: Cli,
    licence: LicenceId,
    key: MaybeKey = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed licence.")] = None,
    *,
    agency: Agency = False,
) -> None:
    """Sign a drafted licence with the performer's key, or a guardian's where one is due.

    With --agency as one of two people of the agency that holds the key it was drafted for.
    """
    one_of(key, agency=agency)
    with cli.client() as client:
        if key is None:
            found = sign_held(cli, client, licence, out)
            emit(cli, found, lambda: fields(flat(found, cli.lang)))
            return
        signer = open_key(key, cli.lang).did
        draft = client.get(f"/v1/licences/{licence}/draft", signer=signer)
        found = sign_draft(cli, client, key, draft, out)
    emit(cli, found, lambda: fields(flat(found, cli.lang)))


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
    emit(cli, found, lambda: fields(flat(found, cli.lang)))


@command(app, "revoke")
def revoke(
    cli: Cli,
    licence: LicenceId,
    reason: Annotated[str, typer.Option(help="Why; kept with the revocation.")] = "",
) -> None:
    """Revoke a licence: no later clearance rests on it."""
    with cli.client() as client:
        found = client.post(f"/v1/licences/{licence}/revocation", {"reason": reason})
    emit(cli, found, lambda: fields(flat(found, cli.lang)))


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


def one_of(key: Path | list[Path] | None, *, agency: bool) -> None:
    """Raises BadInput unless it is said with which key to sign: a file's or the agency's."""
    if (key is None) is not agency:
        raise BadInput(
            "Say with which key to sign.",
            next_step="Name a key file with --key, or sign as the agency with --agency.",
        )


def sign_either(
    cli: Cli, client: "Client", key: Path | None, draft: dict[str, Any], out: Path | None
) -> dict[str, Any]:
    """Sign with the key file, or without one with the key that is held for the agency."""
    if key is not None:
        return sign_draft(cli, client, key, draft, out)
    return sign_held(cli, client, draft["id"], out)


def sign_held(cli: Cli, client: "Client", licence_id: str, out: Path | None) -> dict[str, Any]:
    """Ask for a signature with the held key; write the licence once a second person did too."""
    made = client.post(f"/v1/licences/{licence_id}/agency-signature")
    if made["licence"] is None:
        note(text(cli.lang, "licence.second", licence=licence_id))
        return {"id": licence_id, "state": "DRAFT", "approval_id": made["approval_id"]}
    if out is not None:
        out.write_bytes(made["credential"].encode())
    found: dict[str, Any] = made["licence"]
    return found


def _note_cut(cli: Cli, wanted: dict[str, Any], draft: dict[str, Any]) -> None:
    """Say where the draft ends before the day that was asked for: a minor comes of age."""
    until = draft["document"]["validUntil"]
    if datetime.fromisoformat(until) < datetime.fromisoformat(wanted["valid_until"]):
        note(text(cli.lang, "licence.cut", until=until))


def _agree(cli: Cli, terms: dict[str, Any], *, yes: bool) -> None:
    for name, value in flat({"terms": terms}, cli.lang).items():
        note(f"{name}: {value}")
    sure(text(cli.lang, "licence.sign"), yes=yes)
