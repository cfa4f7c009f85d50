"""`erase`: take a performer out of the registry, with a receipt."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, progress
from api.web.texts import text


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "erase")(erase)
    command(app, "purpose")(purpose)


def erase(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    receipt: Annotated[Path | None, typer.Option(help="Where to write the signed receipt.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a performer for good: prints, samples, names, keys; what must be kept names nobody."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}")
        note(text(cli.lang, "erase.what", name=found["name"]))
        if not yes and sys.stdin.isatty():
            typer.confirm(text(cli.lang, "erase.sure"), abort=True, err=True)
        begun = client.post(f"/v1/performers/{performer}/erasure")
        with progress(text(cli.lang, "erase.label")) as bar:
            client.wait(begun["job"]["id"], bar)
        done = client.get(f"/v1/erasures/{begun['id']}")
        signed = client.fetch(f"/v1/erasures/{begun['id']}/receipt")
    if receipt is not None:
        receipt.write_bytes(signed)
    shown = {
        **{name: done[name] for name in ("id", "state", "finished_at")},
        "gone": [f"{name}: {count}" for name, count in done["gone"].items() if count],
    }
    emit(cli, done, lambda: fields(shown))


def purpose(
    cli: Cli,
    enrolment: Annotated[str, typer.Argument(help="Id of the enrolment.")],
    withdraw: Annotated[
        str | None,
        typer.Option(help="Take this purpose back: matching, licensing, training, reembedding."),
    ] = None,
) -> None:
    """Show what a consent allows now, or take one purpose back."""
    with cli.client() as client:
        if withdraw is not None:
            client.post(f"/v1/enrolments/{enrolment}/purposes/{withdraw}/withdrawal")
        found = client.get(f"/v1/enrolments/{enrolment}/purposes")
    emit(cli, found, lambda: fields(found))
