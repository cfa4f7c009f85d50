"""`standing`: what a performer says to everybody: never, ask me, or on these terms."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.licences import Agency, one_of
from api.cli.options import Cli, command
from api.cli.output import emit, note, table
from api.cli.signing import keyed, open_key, signature
from api.cli.termsfile import read_fields
from api.web.texts import text, word
from core.errors import BadInput

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(
    help="Standing declarations: never, ask, or on these terms.", no_args_is_help=True
)
Performer = Annotated[str, typer.Argument(help="Id of the performer.")]
FORMS = ("credential", "rsl.xml", "tdmrep.json", "robots.txt")


@command(app, "declare")
def declare(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Stances as TOML.")],
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", exists=True, dir_okay=False, help="Key file; once per signer."),
    ] = None,
    *,
    agency: Agency = False,
) -> None:
    """Sign a declaration here with the performer's key (and every guardian's), and publish it.

    With --agency the key signs that is held for your agency; a second person then signs too:
    ebenbild standing sign PERFORMER DRAFT.
    """
    from api.routes.standings import NewStanding  # noqa: PLC0415

    one_of(key or None, agency=agency)
    wanted = read_fields(file, {"performer_id", *NewStanding.model_fields} - {"agency_key"})
    performer = str(wanted.pop("performer_id", ""))
    terms = [_plain_times(item) for item in wanted.pop("terms", [])]
    keys = {
        opened.verification_method: opened for opened in (open_key(k, cli.lang) for k in key or [])
    }
    with cli.client() as client:
        path = f"/v1/performers/{performer}/standing"
        draft = client.post(path, {**wanted, "terms": terms, "agency_key": agency})
        if agency:
            _sign_held(cli, client, performer, draft["id"])
            return
        given = [signature(keyed(keys, one["options"]), one) for one in draft["requests"]]
        body = {"draft_id": draft["id"], "signatures": given}
        made = client.post(f"{path}/signature", body)
    _show(cli, made)


@command(app, "sign")
def sign(
    cli: Cli, performer: Performer, draft: Annotated[str, typer.Argument(help="Id of the draft.")]
) -> None:
    """Sign a declaration as the second person of the agency that holds the key."""
    with cli.client() as client:
        _sign_held(cli, client, performer, draft)


@command(app, "show")
def show(
    cli: Cli,
    performer: Performer,
    form: Annotated[str, typer.Option(help=f"One of {', '.join(FORMS)}; with --out.")] = FORMS[0],
    out: Annotated[Path | None, typer.Option(help="Where to write it in that form.")] = None,
    location: Annotated[str, typer.Option(help="Path of the site that is spoken of.")] = "/",
) -> None:
    """Show what a performer says to everybody, or write it in a form that machines read."""
    if form not in FORMS:
        raise BadInput("There is no such form.", next_step=f"Use one of: {', '.join(FORMS)}.")
    with cli.client() as client:
        made = client.get(f"/standing/{performer}")
        if out is not None:
            out.write_bytes(client.fetch(f"/standing/{performer}/{form}", location=location))
    _show(cli, made)


@command(app, "search")
def search(
    cli: Cli,
    kind: Annotated[str | None, typer.Option(help="A kind of use.")] = None,
    stance: Annotated[str | None, typer.Option(help="never, ask or terms.")] = None,
) -> None:
    """Find performers by what they say of a kind of use."""
    with cli.client() as client:
        found = client.get("/v1/standings", kind=kind, stance=stance)
    rows = [
        (made["performer_id"], word(cli.lang, item["kind"]), item["stance"])
        for made in found
        for item in made["stances"]
    ]
    emit(cli, found, lambda: table(("performer", "kind of use", "stance"), rows))


def _sign_held(cli: Cli, client: "Client", performer: str, draft: str) -> None:
    path = f"/v1/performers/{performer}/standing/agency-signature"
    made = client.post(path, {"draft_id": draft})
    if made["declaration"] is not None:
        _show(cli, made["declaration"])
        return
    note(text(cli.lang, "standing.second", performer=performer, draft=draft))
    emit(cli, {"draft_id": draft, "approval_id": made["approval_id"]}, lambda: None)


def _show(cli: Cli, made: dict[str, Any]) -> None:
    rows = [(word(cli.lang, item["kind"]), item["stance"]) for item in made["stances"]]
    emit(cli, made, lambda: table(("kind of use", "stance"), rows))


def _plain_times(terms: dict[str, Any]) -> dict[str, Any]:
    """TOML's own times as the text the registry reads."""
    return {
        name: value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
        for name, value in terms.items()
    }
