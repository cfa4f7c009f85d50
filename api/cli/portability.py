"""`bundle` and `registry`: take consents from one registry to another, and say whom to trust."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text, word

bundle = typer.Typer(help="Take consents from one registry to another.", no_args_is_help=True)
registry = typer.Typer(help="Other registries that are trusted here.", no_args_is_help=True)
Performer = Annotated[str, typer.Argument(help="Id of the performer.")]
Did = Annotated[str, typer.Argument(help="did:key of the registry (its page /registry shows it).")]
Given = typer.Argument(exists=True, dir_okay=False, help="The file.")


@command(bundle, "export")
def export(
    cli: Cli, performer: Performer, out: Annotated[Path, typer.Option(help="Write it here.")]
) -> None:
    """Write a performer's consents, licences, declarations and receipts into one signed file."""
    with cli.client() as client:
        data = client.exchange(f"/v1/performers/{performer}/bundle")
    out.write_bytes(data)
    said = {"file": str(out), "bytes": len(data)}
    emit(cli, said, lambda: fields(said))
    note(text(cli.lang, "bundle.next"))


@command(bundle, "import")
def take(cli: Cli, performer: Performer, file: Annotated[Path, Given]) -> None:
    """Take a bundle that another registry wrote of a performer who is known here."""
    with cli.client() as client:
        path = f"/v1/performers/{performer}/bundles"
        found = json.loads(client.exchange(path, file.read_bytes()))
    emit(cli, found, lambda: fields(found))
    if not found["changed"]:
        note(text(cli.lang, "bundle.known"))


@command(bundle, "list")
def list_foreign(
    cli: Cli, performer: Annotated[str | None, typer.Option(help="Of one performer.")] = None
) -> None:
    """List licences of other registries that you gave or hold, and how they stand."""
    with cli.client() as client:
        found = client.get("/v1/foreign-licences", performer_id=performer)
    rows = [
        (
            item["id"],
            _state(cli, item),
            item["performer_id"],
            ", ".join(word(cli.lang, kind) for kind in item["terms"]["kinds"]),
            item["terms"]["valid_until"][:10],
            (item["status_at"] or "")[:16],
        )
        for item in found
    ]
    columns = ("id", "state", "performer", "kinds of use", "until", "status as of")
    emit(cli, found, lambda: table(columns, rows))


@command(bundle, "licence")
def credential(
    cli: Cli,
    licence: Annotated[str, typer.Argument(help="Its id here (flc_...).")],
    out: Annotated[Path, typer.Option(help="Write its exact signed bytes here.")],
) -> None:
    """Write a licence of another registry as that registry issued it."""
    with cli.client() as client:
        found = client.get(f"/v1/foreign-licences/{licence}")
        out.write_bytes(client.fetch(f"/v1/foreign-licences/{licence}/credential"))
    emit(cli, found, lambda: fields({"id": found["id"], "state": _state(cli, found)}))


@command(registry, "trust")
def trust(
    cli: Cli,
    did: Did,
    url: Annotated[str, typer.Option("--url", help="Its public address.")],
    policy: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Its log's keys: its /log/policy.")
    ],
) -> None:
    """Trust a registry by its key and its log's keys, as you got them from its operator."""
    body = {"did": did, "base_url": url, "policy": policy.read_bytes().decode(errors="replace")}
    with cli.client() as client:
        made = client.post("/v1/registries", body)
    emit(cli, made, lambda: fields(made))


@command(registry, "list")
def list_registries(cli: Cli) -> None:
    """List the registries that are trusted."""
    with cli.client() as client:
        found = client.get("/v1/registries")
    rows = [(item["did"], item["base_url"], item["since"][:16]) for item in found]
    emit(cli, found, lambda: table(("key", "address", "since"), rows))


@command(registry, "distrust")
def distrust(cli: Cli, did: Did) -> None:
    """Trust a registry no more: its licences clear nothing from now on."""
    with cli.client() as client:
        gone = client.post("/v1/registries/end", {"did": did})
    emit(cli, gone, lambda: fields(gone))


@command(registry, "refresh")
def refresh(cli: Cli) -> None:
    """Fetch the status lists of all their licences now (else hourly); exit 1 when one fails."""
    with cli.client() as client:
        found = client.post("/v1/registries/refresh")
    rows = [(item["url"], item["fault"] or "ok") for item in found]
    emit(cli, found, lambda: table(("list", "answer"), rows))
    if any(item["fault"] for item in found):
        raise typer.Exit(1)


@command(registry, "status")
def status(cli: Cli, file: Annotated[Path, Given]) -> None:
    """Hand in a status list that you fetched yourself, where this registry cannot."""
    with cli.client() as client:
        found = json.loads(client.exchange("/v1/foreign-status", file.read_bytes()))
    emit(cli, found, lambda: fields(found))


def _state(cli: Cli, item: dict[str, Any]) -> str:
    if item["revoked_at"]:
        return text(cli.lang, "bundle.revoked")
    if item["suspended"]:
        return text(cli.lang, "bundle.suspended")
    return text(cli.lang, "bundle.doubt" if item["doubts"] else "bundle.stands")
