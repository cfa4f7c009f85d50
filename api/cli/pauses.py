"""`pause`: a performer suspends consent for a time, alone and without a reason."""

from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text, word

app = typer.Typer(help="Consent suspended by a performer alone.", no_args_is_help=True)
Performer = Annotated[str, typer.Argument(help="Id of the performer.")]
Moment = Annotated[str | None, typer.Option(help="A moment, such as 2027-03-01T00:00:00Z.")]


@command(app, "start")
def start(
    cli: Cli,
    performer: Performer,
    kind: Annotated[
        list[str] | None, typer.Option(help="A kind of use; once per kind, none: all.")
    ] = None,
    since: Moment = None,
    until: Moment = None,
) -> None:
    """Suspend consent from now or later on; no licence is revoked by it."""
    body = {"kinds": kind or [], "since": since, "until": until}
    with cli.client() as client:
        made = client.post(f"/v1/performers/{performer}/pauses", body)
    emit(cli, made, lambda: fields(made))


@command(app, "list")
def list_pauses(cli: Cli, performer: Performer) -> None:
    """List a performer's pauses, newest first."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/pauses")
    rows = [
        (
            item["id"],
            ", ".join(word(cli.lang, kind) for kind in item["kinds"]) or "*",
            item["since"][:16],
            (item["until"] or "")[:16],
            len(item["licence_ids"]),
        )
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "kinds of use", "since", "until", "licences"), rows))


@command(app, "lift")
def lift(cli: Cli, pause: Annotated[str, typer.Argument(help="Id of the pause.")]) -> None:
    """End a pause now; a child's once two of its guardians say so. Nothing is signed again."""
    with cli.client() as client:
        found = client.post(f"/v1/pauses/{pause}/lift")
    emit(cli, found, lambda: fields(found))
    if found["end_asked"]:
        note(text(cli.lang, "pause.asked"))
