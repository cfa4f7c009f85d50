"""`usage import` and `accrue`: how often it was shown, and what is owed for it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say, table
from api.web.texts import reason, text

usage = typer.Typer(help="Usage reports: how often cuts were shown.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command of this file that stands alone."""
    command(app, "accrue")(accrue)


@command(usage, "import")
def import_usage(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV file.")],
) -> None:
    """Take a usage report in: CSV with cut_id, territory, period, views (any order)."""
    with cli.client() as client:
        body = {"upload_id": client.upload(file)}
        report = client.post("/v1/usage-imports", body)
    emit(cli, report, lambda: _show_import(cli.lang, report))
    if report["rejected"] and not report["accepted"] and not report["duplicates"]:
        raise typer.Exit(1)


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


def _show_import(lang: str, report: dict[str, Any]) -> None:
    say(text(lang, "usage.report", **report))
    if report["known_file"]:
        say(text(lang, "usage.known-file", id=report["known_file"]))
    if report["overlapping"]:
        say(text(lang, "usage.overlapping", count=report["overlapping"]))
    if report["ignored_columns"]:
        note(text(lang, "usage.ignored", names=", ".join(report["ignored_columns"])))
    rows = [
        (item["line"], text(lang, f"usage.cause.{item['cause']}"), item["column"])
        for item in report["rejects"]
    ]
    if rows:
        table([text(lang, f"usage.column.{name}") for name in ("line", "cause", "column")], rows)


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
