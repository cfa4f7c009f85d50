"""`report year`: what a book's year came to, to publish, to keep and to compute again."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import OUT, emit, say, table
from api.web.texts import text


def register(report: typer.Typer) -> None:
    """Add the commands of this file."""
    command(report, "year")(year)
    command(report, "year-verify")(verify)


def year(
    cli: Cli,
    year: Annotated[str, typer.Argument(help="Calendar year, such as 2026.")],
    book: Annotated[str, typer.Option(help="A book, for the operator (your own).")] = "",
    *,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write it as a page to this file.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write it as rows to this file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it as JSON to this file.")
    ] = None,
) -> None:
    """Income by kind of use, costs, deductions, what was distributed and what is left of a year."""
    address = f"/v1/year-reports/{year}"
    with cli.client() as client:
        found = client.get(address, book=book or None)
        for file, form in ((html, "html"), (csv, "csv")):
            if file is not None:
                made = client.fetch(f"{address}/report.{form}", book=book or None, lang=cli.lang)
                file.write_bytes(made)
    if out is not None:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def render() -> None:
        from api.web.pages import render as fill  # noqa: PLC0415
        from api.web.yearpage import shown  # noqa: PLC0415

        OUT.out(fill("yearreport.txt", cli.lang, r=shown(found, cli.lang)), end="", highlight=False)

    emit(cli, found, render)


def verify(
    cli: Cli,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Report as JSON, as given out.")
    ],
) -> None:
    """Compute a kept report's balances and sums again from itself, without a registry."""
    from core.canonical import parse_strict  # noqa: PLC0415
    from royalties.yearreport import differences  # noqa: PLC0415
    from royalties.yearreport_wire import from_dict  # noqa: PLC0415

    wrong = [
        {"where": one.where, "stated": one.stated, "recomputed": one.recomputed}
        for one in differences(from_dict(parse_strict(file.read_bytes())))
    ]
    found: dict[str, Any] = {"differences": wrong, "ok": not wrong}

    def render() -> None:
        names = ("where", "stated", "recomputed")
        if wrong:
            columns = [text(cli.lang, f"statement.column.{name}") for name in names]
            table(columns, [tuple(one[name] for name in names) for one in wrong])
        else:
            say(text(cli.lang, "yearreport.agrees"))

    emit(cli, found, render)
    if wrong:
        raise typer.Exit(1)
