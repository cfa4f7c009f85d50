"""`usage`: reports of how often cuts were shown."""

import csv
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import mappings, pools, training, usageholds, usagemonths
from api.cli.moneyshape import cell
from api.cli.options import Cli, command
from api.cli.output import emit, note, progress, say, table
from api.web.texts import count, counted, text

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Usage reports: how often cuts were shown.", no_args_is_help=True)
app.add_typer(mappings.app, name="mapping")
app.add_typer(pools.app, name="pool")
app.add_typer(training.app, name="training")
app.add_typer(usageholds.app, name="held")
usagemonths.add_to(app)

# Above this a job takes the file in, so that neither side waits for one long answer.
AT_ONCE_BYTES_MAX = 2 * 1024 * 1024
Report = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The report.")]


@command(app, "import")
def import_usage(
    cli: Cli,
    file: Report,
    sender: Annotated[
        str | None, typer.Option(help="Whose report it is: read by the mapping kept for them.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where to write the rejected lines, to mend them.")
    ] = None,
) -> None:
    """Take a usage report in: CSV, JSON lines or DDEX, packed with gzip or not."""
    if rejects is not None:
        _free(rejects)
    with cli.client() as client:
        large = file.stat().st_size > AT_ONCE_BYTES_MAX
        body = {"upload_id": client.upload(file), "sender": sender, "background": large}
        report = client.post("/v1/usage-imports", body)
        if large:
            report |= _followed(client, file.name, report)
        if rejects is not None and report["rejected"]:
            client.download(f"/v1/usage-imports/{report['import_id']}/rejects", rejects)
    emit(cli, report, lambda: _show_import(cli.lang, report))
    if report["rejected"] and not report["accepted"] and not report["duplicates"]:
        raise typer.Exit(1)


@command(app, "imports")
def list_imports(cli: Cli) -> None:
    """List your imports, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/usage-imports"))
    names = ("import_id", "sender", "lines", "accepted", "duplicates", "rejected", "running")
    rows = [tuple(cell(cli.lang, item, name) for name in names) for item in found]
    titles = [text(cli.lang, f"usage.imports.{name}") for name in names]
    emit(cli, found, lambda: table(titles, rows))


@command(app, "rejects")
def fetch_rejects(
    cli: Cli,
    import_id: Annotated[str, typer.Argument(help="Id of the import.")],
    out: Annotated[Path, typer.Option(help="Where to write them.")],
) -> None:
    """Write the rejected lines of an import with their causes, to mend and hand in again."""
    with cli.client() as client:
        client.download(f"/v1/usage-imports/{import_id}/rejects", out)
    say(str(out))
    note(text(cli.lang, "usage.rejects-mend", file=str(out)))


@command(app, "lines")
def list_lines(
    cli: Cli,
    cut: Annotated[str, typer.Argument(help="Id of the cut.")],
    month: Annotated[str, typer.Option(help="Only this month, as 2026-11.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write them as a CSV to correct and hand in.")
    ] = None,
) -> None:
    """List your lines of a cut with their ids; what is changed in the CSV corrects them."""
    if out is not None:
        _free(out)
    with cli.client() as client:
        found = list(client.pages("/v1/usage-lines", cut_id=cut, period=month))
    names = dict.fromkeys(name for one in found for name in one["cells"])
    rows = [[one["cells"].get(name, "") for name in names] for one in found]
    if out is None:
        emit(cli, found, lambda: table(tuple(names), [tuple(row) for row in rows]))
        return
    with out.open("x", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(names), *rows])
    say(str(out))


def _free(file: Path) -> None:
    """Raise OSError unless a new file may be written there, before anything is taken in."""
    wrong = errno.EEXIST if file.exists() else 0 if file.parent.is_dir() else errno.ENOENT
    if wrong:
        raise OSError(wrong, os.strerror(wrong), str(file))


def _followed(client: "Client", name: str, report: dict[str, Any]) -> dict[str, Any]:
    """The import once its job has ended; raises with the words of a job that failed."""
    from api.cli.submitting import failure  # noqa: PLC0415

    with progress(name) as bar:
        job = client.wait(report["job_id"], bar)
    if job["state"] != "done":
        raise failure(job)
    found: dict[str, Any] = client.get(f"/v1/usage-imports/{report['import_id']}")
    return {**found, "known_file": report["known_file"]}


def _show_import(lang: str, report: dict[str, Any]) -> None:
    became = {name: count(lang, report[name]) for name in ("accepted", "duplicates", "rejected")}
    say(counted(lang, "usage.report", report["lines"], **became))
    if not report["lines"]:
        note(text(lang, "usage.nothing"))
    if report["known_file"]:
        say(text(lang, "usage.known-file", id=report["known_file"]))
    if report["held"]:
        note(counted(lang, "usage.held.waiting", report["held"]))
    if report["overlapping"]:
        say(counted(lang, "usage.overlapping", report["overlapping"]))
    if report["ignored_columns"]:
        note(text(lang, "usage.ignored", names=", ".join(report["ignored_columns"])))
    rows = [
        (item["line"], text(lang, f"usage.cause.{item['cause']}"), item["column"])
        for item in report["rejects"]
    ]
    if rows:
        table([text(lang, f"usage.column.{name}") for name in ("line", "cause", "column")], rows)
    if report["rejected"]:
        note(text(lang, "usage.rejects-kept", id=report["import_id"]))
