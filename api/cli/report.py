"""`report`: what was decided and what is owed, to read, to keep and to check."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import unlicensed
from api.cli.options import Cli, command
from api.cli.output import OUT, emit, say, table
from api.web.texts import reason, text

app = typer.Typer(help="Clearance reports, statements, trial balance.", no_args_is_help=True)
command(app, "held")(unlicensed.list_held)
Html = Annotated[Path | None, typer.Option("--html", help="Write it as a page to this file.")]


@command(app, "holds")
def list_holds(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    to: Annotated[str, typer.Option(help="Organisation that would have the money instead.")] = "",
) -> None:
    """Say why nothing is paid out to a performer now, if that is so."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/holds", to=to)

    def render() -> None:
        for one in found:
            say(reason(cli.lang, one))
        if not found:
            say(text(cli.lang, "report.no-holds"))

    emit(cli, found, render)


@command(app, "clearance")
def clearance(
    cli: Cli,
    clearance: Annotated[str, typer.Argument(help="Id of the clearance.")],
    html: Html = None,
) -> None:
    """The report on a clearance: verdict, reasons, spans, and what it rests on."""
    with cli.client() as client:
        found = client.get(f"/v1/clearances/{clearance}")
        if html is not None:
            page = client.fetch(f"/v1/clearances/{clearance}/clearance.html", lang=cli.lang)
            html.write_bytes(page)

    def render() -> None:
        from api.web.pages import render as fill  # noqa: PLC0415

        OUT.out(fill("clearance.txt", cli.lang, c=found), end="", highlight=False)

    emit(cli, found, render)


@command(app, "statement")
def statement(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    period: Annotated[str, typer.Option(help="Month, such as 2026-10.")],
    html: Html = None,
    verify: Annotated[
        Path | None,
        typer.Option(
            "--verify",
            exists=True,
            dir_okay=False,
            help="Compute this kept JSON again.",
        ),
    ] = None,
) -> None:
    """A performer's statement for a month, every cent with its working."""
    if verify is not None:
        _recompute(cli, verify)
        return
    address = f"/v1/performers/{performer}/statements/{period}"
    with cli.client() as client:
        found = client.get(address)
        if html is not None:
            html.write_bytes(client.fetch(f"{address}/statement.html", lang=cli.lang))

    def render() -> None:
        from api.web.pages import render as fill  # noqa: PLC0415

        OUT.out(fill("statement.txt", cli.lang, s=found), end="", highlight=False)

    emit(cli, found, render)


@command(app, "trial-balance")
def trial_balance(cli: Cli) -> None:
    """Do the books balance? Debits and credits of every currency."""
    with cli.client() as client:
        found = client.get("/v1/trial-balance")

    def render() -> None:
        from core.money import format as shown  # noqa: PLC0415

        rows = [
            (
                item["currency"],
                item["postings"],
                shown(int(item["debits_micro"]), item["currency"], cli.lang),
                shown(int(item["credits_micro"]), item["currency"], cli.lang),
                shown(int(item["net_micro"]), item["currency"], cli.lang),
            )
            for item in found["currencies"]
        ]
        names = ("currency", "postings", "debits", "credits", "net")
        table([text(cli.lang, f"books.{name}") for name in names], rows)
        say(text(cli.lang, "books.balanced" if found["balanced"] else "books.broken"))

    emit(cli, found, render)
    if not found["balanced"]:
        raise typer.Exit(1)


def _recompute(cli: Cli, file: Path) -> None:
    """Compute a kept statement again without the registry."""
    from royalties.statement import recompute  # noqa: PLC0415
    from royalties.statement_wire import from_dict  # noqa: PLC0415

    kept: dict[str, Any] = json.loads(file.read_bytes())
    found = [
        {"where": item.where, "stated": item.stated, "recomputed": item.recomputed}
        for item in recompute(from_dict(kept))
    ]

    def render() -> None:
        if not found:
            say(text(cli.lang, "statement.agrees"))
            return
        names = ("where", "stated", "recomputed")
        rows = [tuple(item[name] for name in names) for item in found]
        table([text(cli.lang, f"statement.column.{name}") for name in names], rows)

    emit(cli, {"differences": found, "ok": not found}, render)
    if found:
        raise typer.Exit(1)
