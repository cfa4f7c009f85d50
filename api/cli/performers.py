"""`performer`: people who own a voice and a face."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.cli.signing import KeyFile, open_key, signature
from api.web.texts import text
from core.errors import BadProof

if TYPE_CHECKING:
    from api.client import Client
    from core.keys import PrivateKey

PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
app = typer.Typer(help="People who own a voice and a face.", no_args_is_help=True)


@command(app, "add")
def add(
    cli: Cli,
    name: Annotated[str, typer.Argument(help="What the person is called; kept sealed.")],
    key: KeyFile,
    public_name: Annotated[
        str | None, typer.Option(help="What studios see of a match (default: the name).")
    ] = None,
    born_on: Annotated[
        str | None, typer.Option(help="Birth date of a minor, such as 2014-03-09; adults: none.")
    ] = None,
) -> None:
    """Add a performer, whose signature is that of the key file."""
    made = open_key(key, cli.lang)
    body = {"name": name, "public_name": public_name or name, "born_on": born_on}
    with cli.client() as client:
        performer = client.post("/v1/performers", body)
        bound = bind(client, performer["id"], made)
    found = {**performer, "did": bound["did"]}
    emit(cli, found, lambda: fields(found))


@command(app, "rename")
def rename(
    cli: Cli,
    performer: PerformerId,
    name: Annotated[
        str | None, typer.Option(help="What the person is called now (default: as it is).")
    ] = None,
    public_name: Annotated[
        str | None, typer.Option(help="What studios see of a match now (default: as it is).")
    ] = None,
) -> None:
    """Correct a performer's names; once somebody vouched for them the operator does, by two."""
    body = {"name": name, "public_name": public_name}
    with cli.client() as client:
        found = client.post(f"/v1/performers/{performer}/names", body)
    waits = found["approval_id"]
    said = text(cli.lang, "names.waits", id=waits) if waits else text(cli.lang, "names.hold")
    emit(cli, found, lambda: say(said))


@command(app, "rekey")
def rekey(
    cli: Cli,
    performer: PerformerId,
    key: KeyFile,
    old: Annotated[
        Path | None,
        typer.Option("--old", exists=True, dir_okay=False, help="The present key's file."),
    ] = None,
) -> None:
    """Replace the performer's key; the present key agrees, or the operator vouches."""
    made = open_key(key, cli.lang)
    present = None if old is None else open_key(old, cli.lang)
    with cli.client() as client:
        found = bind(client, performer, made, present)
    emit(cli, found, lambda: fields(found))


@command(app, "minor")
def minor(
    cli: Cli,
    performer: PerformerId,
    *,
    born_on: Annotated[str, typer.Option(help="Birth date, such as 2014-03-09.")],
) -> None:
    """Record that a performer is a minor: guardians then sign everything."""
    with cli.client() as client:
        found = client.post(f"/v1/performers/{performer}/minority", {"born_on": born_on})
    emit(cli, found, lambda: fields(found))


@command(app, "hand-over")
def hand_over(
    cli: Cli,
    performer: PerformerId,
    *,
    email: Annotated[str, typer.Option(help="Mail address of the person who came of age.")],
    proof: Annotated[
        str, typer.Option(help="What you saw: passport, identity_card or residence_permit.")
    ],
) -> None:
    """Invite who came of age to their own data; two of the operator's people agree (then again)."""
    with cli.client() as client:
        body = {"email": email, "proof": proof}
        made = client.post(f"/v1/performers/{performer}/handover", body)
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "account.waits" if made["waits_for"] else "account.invite-next"))


@command(app, "list")
def list_performers(
    cli: Cli,
    named: Annotated[str, typer.Option(help="Only those in whose names this stands.")] = "",
) -> None:
    """List your performers."""
    with cli.client() as client:
        found = list(client.pages("/v1/performers", named=named or None))
    rows = [(item["id"], item["name"], item["public_name"]) for item in found]
    emit(cli, found, lambda: table(("id", "name", "public name"), rows))


@command(app, "show")
def show(cli: Cli, performer: PerformerId) -> None:
    """Show a performer, the prints and where they stand."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}")
        prints = list(client.pages(f"/v1/performers/{performer}/prints"))
    rows = [
        (item["id"], item["modality"], item["templates"], item["model_id"], item["created_at"])
        for item in prints
    ]

    def render() -> None:
        fields(found)
        table(("print", "modality", "templates", "model", "since"), rows)

    emit(cli, {**found, "prints": prints}, render)


def bind(
    client: "Client", performer: str, made: "PrivateKey", present: "PrivateKey | None" = None
) -> dict[str, Any]:
    """Have the registry bind the key `made`; raises BadProof where the present key must agree."""
    draft = client.post(f"/v1/performers/{performer}/keys", {"did": made.did})
    signed = {"possession": signature(made, draft["possession"])["signature"]}
    if draft["authorisation"] is not None:
        if present is None:
            raise BadProof(
                "The performer's present key must agree to the new one.",
                next_step="Name the present key's file with --old.",
            )
        signed["authorisation"] = signature(present, draft["authorisation"])["signature"]
    bound: dict[str, Any] = client.post(f"/v1/key-drafts/{draft['id']}/signature", signed)
    return bound
