"""`statement`: what became of a performer's money, month by month, to read, keep and check."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import OUT, emit, note, say, table
from api.web.faulttexts import told
from api.web.texts import text

app = typer.Typer(
    help="Statements of a performer's account: balances, lines, taxes, payouts.",
    no_args_is_help=True,
)
Performer = Annotated[str, typer.Argument(help="Id of the performer.")]
Month = Annotated[str, typer.Option(help="Month of the books, such as 2026-11.")]
Out = Annotated[Path, typer.Option("--out", help="File to write.")]


@command(app, "list")
def list_months(cli: Cli, performer: Performer) -> None:
    """List the months in which something moved on a performer's account, newest first."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/account-statements")
    columns = (text(cli.lang, "ledger.column.month"),)
    emit(cli, found, lambda: table(columns, [(month,) for month in found]))


@command(app, "show")
def show(
    cli: Cli,
    performer: Performer,
    month: Month,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the signed statement to this file.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write it as a page to this file.")
    ] = None,
) -> None:
    """Opening balance, every line of the month down to second and clause, closing balance."""
    address = _address(performer, month)
    with cli.client() as client:
        found = client.get(address)
        if html is not None:
            html.write_bytes(client.fetch(f"{address}/statement.html", lang=cli.lang))
        printed = b"" if cli.as_json else client.fetch(f"{address}/statement.txt", lang=cli.lang)
    if out is not None:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    emit(cli, found, lambda: OUT.out(printed.decode(), end="", highlight=False))


@command(app, "pdf")
def pdf(cli: Cli, performer: Performer, month: Month, out: Out) -> None:
    """Write a statement on paper, with a chart of where the money came from."""
    _keep(cli, performer, month, out, "statement.pdf")


@command(app, "csv")
def as_csv(cli: Cli, performer: Performer, month: Month, out: Out) -> None:
    """Write a statement as rows for a spreadsheet: opening + lines = closing."""
    _keep(cli, performer, month, out, "statement.csv")


@command(app, "all")
def keep_all(
    cli: Cli,
    month: Month,
    out: Annotated[Path, typer.Option("--out", help="Folder to write them to.")],
) -> None:
    """Write all your performers' statements of a month to a folder, as JSON to check and as CSV."""
    from royalties.accountcsv import to_csv  # noqa: PLC0415
    from royalties.accountstatement_wire import from_dict  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    kept = 0
    with cli.client() as client:
        for found in client.pages(f"/v1/account-statements/{month}"):
            if not found["balances"]:
                continue
            file = out / f"{found['performer_id']}.json"
            file.write_text(
                json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
            )
            file.with_suffix(".csv").write_text(
                to_csv(from_dict(found)), newline="", encoding="utf-8"
            )
            kept += 1
    done = {"folder": str(out), "statements": kept}
    emit(cli, done, lambda: say(text(cli.lang, "accountstatement.kept", count=kept, folder=out)))


@command(app, "verify")
def verify(
    cli: Cli,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Statement as it was given out.")
    ],
    registry: Annotated[
        list[str] | None,
        typer.Option("--registry", help="did:key of the registry you trust (the one it names)."),
    ] = None,
) -> None:
    """Compute a kept statement again from itself alone, without a registry, and check its proof."""
    found = _verified(file, registry or [])

    def render() -> None:
        if found["ok"]:
            say(text(cli.lang, "accountstatement.agrees"))
        elif found["differences"]:
            names = ("where", "stated", "recomputed")
            rows = [tuple(item[name] for name in names) for item in found["differences"]]
            table([text(cli.lang, f"statement.column.{name}") for name in names], rows)
        if not found["genuine"]:
            why = told(cli.lang, found["why"])
            say(text(cli.lang, "accountstatement.not-genuine", why=why))
        note(text(cli.lang, "accountstatement.signed-by", did=found["issuer"]))

    emit(cli, found, render)
    if not found["ok"]:
        raise typer.Exit(1)


def _keep(cli: Cli, performer: str, month: str, out: Path, form: str) -> None:
    with cli.client() as client:
        out.write_bytes(client.fetch(f"{_address(performer, month)}/{form}", lang=cli.lang))
    done = {"file": str(out)}
    emit(cli, done, lambda: say(str(out)))


def _verified(file: Path, registries: list[str]) -> dict[str, Any]:
    """Whether the proof holds and every figure follows; the first line that differs comes first."""
    from core.canonical import parse_strict  # noqa: PLC0415
    from core.errors import BadProof  # noqa: PLC0415
    from royalties.accountstatement import differences  # noqa: PLC0415
    from royalties.accountstatement_wire import (  # noqa: PLC0415
        STATEMENT_BYTES_MAX,
        check_signed,
        from_dict,
    )

    kept = parse_strict(file.read_bytes(), bytes_max=STATEMENT_BYTES_MAX)
    found = [
        {"where": item.where, "stated": item.stated, "recomputed": item.recomputed}
        for item in differences(from_dict(kept))
    ]
    why = ""
    try:
        check_signed(kept, tuple(registries))
    except BadProof as exc:
        why = exc.message
    return {
        "id": kept["id"],
        "issuer": str(kept.get("issuer", "")),
        "genuine": not why,
        "why": why,
        "differences": found,
        "ok": not found and not why,
    }


def _address(performer: str, month: str) -> str:
    return f"/v1/performers/{performer}/account-statements/{month}"
