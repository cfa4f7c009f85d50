"""`player`: programs that show cuts and report by a key of their own."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.cli.signing import open_key
from api.web.texts import text

app = typer.Typer(help="Players: signed plays and payments as they happen.", no_args_is_help=True)
PlayerId = Annotated[str, typer.Argument(help="Id of the player.")]
_COLUMNS = ("id", "label", "scope_id", "since", "ended_at")


@command(app, "add")
def add(
    cli: Cli,
    label: Annotated[str, typer.Argument(help="What you call it.")],
    *,
    key: Annotated[
        str, typer.Option(help="Its public key did:key:.., or its key file: ebenbild key new.")
    ],
    scope: Annotated[str, typer.Option("--for", help="The cut or work that it shows.")],
) -> None:
    """Register a player; only events that its key signs count as its own."""
    did = key if key.startswith("did:") else open_key(Path(key), cli.lang).did
    with cli.client() as client:
        found = client.post("/v1/players", {"label": label, "did": did, "scope_id": scope})
    emit(cli, found, lambda: _show(cli.lang, found))


@command(app, "list")
def list_players(cli: Cli) -> None:
    """List your players."""
    with cli.client() as client:
        found = client.get("/v1/players")
    titles = [text(cli.lang, f"player.{name}") for name in _COLUMNS]
    rows = [tuple(item[name] or "" for name in _COLUMNS) for item in found]
    emit(cli, found, lambda: table(titles, rows))


@command(app, "end")
def end(cli: Cli, player: PlayerId) -> None:
    """Take nothing more in that a player signs; what it sent stays."""
    with cli.client() as client:
        found = client.post(f"/v1/players/{player}/ending")
    emit(cli, found, lambda: _show(cli.lang, found))


@command(app, "send")
def send(
    cli: Cli,
    player: PlayerId,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Events, JSON lines.")],
    key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Its key file.")],
) -> None:
    """Sign events as a player does and send them, in batches; known ones change nothing."""
    from api.playing import batches  # noqa: PLC0415

    private = open_key(key, cli.lang)
    found: dict[str, Any] = {"accepted": 0, "duplicates": 0, "refused": []}
    with cli.client() as client:
        for first, signed in batches(player, file, private):
            made = client.post("/v1/player-batches", signed)
            found["accepted"] += made["accepted"]
            found["duplicates"] += made["duplicates"]
            found["refused"] += [
                {"index": first + one["index"], "cause": one["cause"]} for one in made["refused"]
            ]
    emit(cli, found, lambda: _show_sent(cli.lang, found))
    if found["refused"]:
        raise typer.Exit(1)


def _show_sent(lang: str, found: dict[str, Any]) -> None:
    said = {name: found[name] for name in ("accepted", "duplicates")}
    fields({text(lang, f"player.{name}"): value for name, value in said.items()})
    for one in found["refused"]:
        cause = text(lang, f"player.cause.{one['cause']}")
        note(text(lang, "player.refused", line=one["index"] + 1, cause=cause))


def _show(lang: str, item: dict[str, Any]) -> None:
    names = ("id", "label", "did", "scope_id", "since", "ended_at")
    fields({text(lang, f"player.{name}"): item[name] for name in names})
