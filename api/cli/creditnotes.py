"""`creditnote`: self-billed notes to payees for what a closed run paid them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text

app = typer.Typer(help="Self-billed credit notes for what runs paid.", no_args_is_help=True)
NoteId = Annotated[str, typer.Argument(help="Id of the note.")]


@command(app, "issue")
def issue(cli: Cli, run: Annotated[str, typer.Argument(help="Id of a closed run.")]) -> None:
    """Issue a note to every payee whom a closed run paid, and name who is left and why."""
    with cli.client() as client:
        found = client.post("/v1/credit-notes", {"run_id": run})

    def render() -> None:
        _show(cli.lang, found["issued"])
        for item in found["left"]:
            why = text(cli.lang, f"creditnote.left.{item['reason']}")
            note(text(cli.lang, "creditnote.left", payee=item["payee_id"], why=why))

    emit(cli, found, render)


@command(app, "list")
def list_notes(
    cli: Cli, run: Annotated[str, typer.Option("--run", help="Of this run alone.")] = ""
) -> None:
    """List the notes of your book, or to your payees, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/credit-notes", run_id=run or None))
    emit(cli, found, lambda: _show(cli.lang, found))


@command(app, "show")
def show(
    cli: Cli,
    note_id: NoteId,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write it as a PDF.")] = None,
    xml: Annotated[
        Path | None, typer.Option("--xml", help="Write the XML of EN 16931 as it was issued.")
    ] = None,
) -> None:
    """Show a note, or write its papers to files."""
    path = f"/v1/credit-notes/{note_id}"
    with cli.client() as client:
        found = client.get(path)
        if pdf is not None:
            pdf.write_bytes(client.fetch(f"{path}/note.pdf", lang=cli.lang))
        if xml is not None:
            xml.write_bytes(client.fetch(f"{path}/note.xml"))

    def render() -> None:
        fields(
            {
                name: _cell(cli.lang, found, name)
                for name, value in found.items()
                if not isinstance(value, dict | list)
            }
        )

    emit(cli, found, render)


_COLUMNS = ("number", "id", "payee_id", "month", "net_micro", "vat_micro", "due_micro")


def _show(lang: str, found: list[dict[str, Any]]) -> None:
    if not found:
        note(text(lang, "creditnote.none"))
        return
    rows = [tuple(_cell(lang, item, name) for name in _COLUMNS) for item in found]
    table([text(lang, f"creditnote.column.{name}") for name in _COLUMNS], rows)


def _cell(lang: str, item: dict[str, Any], name: str) -> Any:
    from core.money import format as money  # noqa: PLC0415

    value = item[name]
    return money(int(value), item["currency"], lang) if name.endswith("_micro") else value or ""
