"""`licence approve`, `decline`, `announce` and `clearance-policy`: one cut, and strangers."""

from typing import Annotated, Literal

import typer

from api.cli.licences import LicenceId
from api.cli.licences import app as licences
from api.cli.options import Cli, command
from api.cli.output import emit, fields

CutId = Annotated[str, typer.Argument(help="Id of the cut, as its studio gave it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "clearance-policy")(policy)


@command(licences, "approve")
def approve(cli: Cli, licence: LicenceId, cut: CutId) -> None:
    """Approve a final cut (performer's side)."""
    _act(cli, licence, "approvals", {"cut_id": cut, "approve": True})


@command(licences, "decline")
def decline(cli: Cli, licence: LicenceId, cut: CutId) -> None:
    """Decline a cut: it cannot be cleared under this licence (performer's side)."""
    _act(cli, licence, "approvals", {"cut_id": cut, "approve": False})


@command(licences, "announce")
def announce(cli: Cli, licence: LicenceId, cut: CutId) -> None:
    """Give notice that a cut will use the likeness (studio); the first notice counts."""
    _act(cli, licence, "use-notices", {"cut_id": cut})


def policy(
    cli: Cli,
    unknowns: Annotated[
        Literal["review", "tolerate"] | None,
        typer.Option("--unknowns", help="review: they hold a title up; tolerate: only told."),
    ] = None,
) -> None:
    """What unknown people make of your titles; every decision says so."""
    with cli.client() as client:
        if unknowns is None:
            found = client.get("/v1/clearance-policy")
        else:
            found = client.post("/v1/clearance-policy", {"unknowns": unknowns})
    emit(cli, found, lambda: fields(found))


def _act(cli: Cli, licence: str, path: str, body: dict[str, object]) -> None:
    with cli.client() as client:
        found = client.post(f"/v1/licences/{licence}/{path}", body)
    emit(cli, found, lambda: fields(found))
