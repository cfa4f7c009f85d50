"""`accrue`: what is owed for cleared uses."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say, table
from api.web.texts import reason, text


def register(app: typer.Typer) -> None:
    """Add the command of this file that stands alone."""
    command(app, "accrue")(accrue)


def accrue(
    cli: Cli,
    clearance: Annotated[
        str | None, typer.Option(help="Only what rests on this clearance.")
    ] = None,
) -> None:
    """Book what is owed for cleared uses; run twice, it books nothing twice."""
    with cli.client() as client:
        report = client.post("/v1/accruals", {"clearance_id": clearance})
    emit(cli, report, lambda: _show_accrual(cli.lang, report))


def _show_accrual(lang: str, report: dict[str, Any]) -> None:
    say(text(lang, "accrue.report", **report))
    for outcome, count in report["kept"].items():
        say(text(lang, f"accrue.kept.{outcome}", count=count))
    rows = [
        (item["use_id"], item["performer_id"], reason(lang, item["reason"]))
        for item in report["skipped"]
    ]
    if rows:
        table([text(lang, f"accrue.column.{name}") for name in ("use", "performer", "why")], rows)
