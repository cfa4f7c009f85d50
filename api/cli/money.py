"""`accrue`: what is owed for cleared uses."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, progress, say, table
from api.web.texts import catalogue, reason, text


def register(app: typer.Typer) -> None:
    """Add the command of this file that stands alone."""
    command(app, "accrue")(accrue)


def accrue(
    cli: Cli,
    clearance: Annotated[
        str | None, typer.Option(help="Only what rests on this clearance.")
    ] = None,
    book: Annotated[
        bool, typer.Option("--book", help="Everything that is due, as a job that may be stopped.")
    ] = False,
) -> None:
    """Book what is owed for cleared uses; run twice, it books nothing twice."""
    if book and clearance is not None:
        raise typer.BadParameter("name a clearance or the whole book")
    if book:
        _accrue_book(cli)
        return
    with cli.client() as client:
        report = client.post("/v1/accruals", {"clearance_id": clearance})
    emit(cli, report, lambda: _show_accrual(cli.lang, report))


def _accrue_book(cli: Cli) -> None:
    from api.cli.submitting import failure  # noqa: PLC0415

    with cli.client() as client:
        begun = client.post("/v1/book-accruals")
        with progress(text(cli.lang, "accrue.book")) as bar:
            job = client.wait(begun["job_id"], bar)
        if job["state"] != "done":
            raise failure(job)
        found = client.get(f"/v1/book-accruals/{begun['id']}")
    emit(cli, found, lambda: _show_book(cli.lang, found))


def _show_book(lang: str, found: dict[str, Any]) -> None:
    say(text(lang, "accrue.report", **found))
    if not any(found[name] for name in ("new", "unchanged", "reversed", "kept", "skipped")):
        note(text(lang, "accrue.nothing.nobody-due" if found["cuts"] else "accrue.nothing.no-cut"))
    for outcome, count in found["kept"].items():
        say(text(lang, f"accrue.kept.{outcome}", count=count))
    for code, count in found["skipped"].items():
        say(text(lang, "accrue.skipped", count=count, why=why_of_many(lang, code)))


def why_of_many(lang: str, code: str) -> str:
    """Why uses earned nothing, told of many at once: without the figures of any one of them."""
    own = catalogue(lang).get(f"accrue.skipped.{code}")
    return own or reason(lang, {"code": code})


def _show_accrual(lang: str, report: dict[str, Any]) -> None:
    say(text(lang, "accrue.report", **report))
    if report["nothing"]:
        note(text(lang, f"accrue.nothing.{report['nothing']}"))
    for outcome, count in report["kept"].items():
        say(text(lang, f"accrue.kept.{outcome}", count=count))
    rows = [
        (item["use_id"], item["performer_id"], reason(lang, item["reason"]))
        for item in report["skipped"]
    ]
    if rows:
        table([text(lang, f"accrue.column.{name}") for name in ("use", "performer", "why")], rows)
