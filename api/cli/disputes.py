"""`dispute`: enrolments that resemble another's, and what two people of the operator's decide."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text

app = typer.Typer(help="Enrolments that resemble another's.", no_args_is_help=True)
EnrolmentId = Annotated[str, typer.Argument(help="Id of the enrolment.")]
Outcome = Annotated[str, typer.Option(help="incumbent: the newcomer goes; newcomer: both stay.")]


@command(app, "list")
def list_disputes(cli: Cli) -> None:
    """List the newcomers' enrolments about which two people of the operator's must decide."""
    with cli.client() as client:
        found = client.get("/v1/disputes")
    emit(cli, found, lambda: table(("enrolment",), [(item,) for item in found]))


@command(app, "propose")
def propose(cli: Cli, enrolment: EnrolmentId, *, outcome: Outcome) -> None:
    """Propose how a dispute ends; somebody else approves it (approval approve)."""
    _send(cli, "/v1/disputes/proposals", {"enrolment_id": enrolment, "outcome": outcome})
    note(text(cli.lang, "account.waits"))


@command(app, "settle")
def settle(cli: Cli, enrolment: EnrolmentId, *, outcome: Outcome) -> None:
    """Carry out an outcome that a second person has approved."""
    body = {"enrolment_id": enrolment, "outcome": outcome}
    with cli.client() as client:
        left = client.post("/v1/disputes/settlements", body)
    emit(cli, left, lambda: table(("enrolment",), [(item,) for item in left]))


def _send(cli: Cli, path: str, body: dict[str, Any]) -> None:
    with cli.client() as client:
        found = client.post(path, body)
    emit(cli, found, lambda: fields(found))
