"""`review`: a person says whether a match is right; the word holds for later scans too."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.clear import show
from api.cli.options import Cli, command
from api.cli.output import emit, fields

if TYPE_CHECKING:
    from api.client import Client


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "review")(review)


def review(
    cli: Cli,
    match: Annotated[str, typer.Argument(help="Id of the match (see `scan`).")],
    confirm: Annotated[
        bool, typer.Option("--confirm/--reject", help="It is this performer, or it is not.")
    ],
) -> None:
    """Confirm or reject a match; the submission is decided again."""
    with cli.client() as client:
        verdict = "confirmed" if confirm else "rejected"
        found = client.post(f"/v1/matches/{match}/reviews", {"verdict": verdict})
        decided = decision_on(client, found["submission_id"])

    def render() -> None:
        fields(found)
        if decided is not None:
            show(cli.lang, decided)

    emit(cli, {**found, "clearance": decided}, render)


def decision_on(client: "Client", submission_id: str | None) -> dict[str, Any] | None:
    """The decision made anew, for the studio; the performer's side sees none."""
    if submission_id is None:
        return None
    found: dict[str, Any] = client.get(f"/v1/submissions/{submission_id}/clearance")
    return found
