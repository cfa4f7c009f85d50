"""`tariff unlicensed` and `report held`: what nobody licensed, what it costs, and what is kept."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say, table
from api.web.texts import reason, text

app = typer.Typer(help="What uses cost that nobody licensed.", no_args_is_help=True)
Kind = Annotated[str | None, typer.Option(help="Only for uses of this kind (any).")]
From = Annotated[str, typer.Option("--from", help="First month, such as 2026-11.")]


@command(app, "name")
def name(
    cli: Cli,
    tariff: Annotated[str, typer.Argument(help="Id of the tariff.")],
    *,
    from_period: From,
    kind: Kind = None,
    version: Annotated[int | None, typer.Option(help="Its version (the newest).")] = None,
    rate: Annotated[str | None, typer.Option(help="Where the tariff leaves it open.")] = None,
) -> None:
    """Name the tariff that your book asks for uses without a licence; `accrue` books by it."""
    body = {"tariff_id": tariff, "kind": kind, "from_period": from_period}
    _post(cli, {**body, "version": version, "rate": rate})


@command(app, "end")
def end(cli: Cli, *, from_period: From, kind: Kind = None) -> None:
    """Ask nothing more for uses without a licence, from a month on."""
    _post(cli, {"kind": kind, "from_period": from_period})


@command(app, "list")
def list_prices(
    cli: Cli, book: Annotated[str, typer.Option(help="Of this book (the collector's).")] = ""
) -> None:
    """List what uses without a licence cost over time."""
    with cli.client() as client:
        found = client.get("/v1/unlicensed-tariffs", book=book or None)
    emit(cli, found, lambda: _show(cli.lang, found))


def list_held(
    cli: Cli, performer: Annotated[str, typer.Argument(help="Id of the performer.")]
) -> None:
    """Say what is kept for a performer and not due yet, and why."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/held")
    emit(cli, found, lambda: _show_held(cli.lang, found))


def _post(cli: Cli, body: dict[str, Any]) -> None:
    with cli.client() as client:
        found = client.post("/v1/unlicensed-tariffs", body)
    emit(cli, found, lambda: _show(cli.lang, [found]))


def _show(lang: str, found: list[dict[str, Any]]) -> None:
    if not found:
        say(text(lang, "unlicensed.none"))
        return
    names = ("from", "kind", "tariff", "version", "rate", "currency")
    rows = [
        (
            item["from_period"],
            item["kind"] or text(lang, "unlicensed.any"),
            item["tariff_id"] or text(lang, "unlicensed.ended"),
            item["version"] or "",
            item["rate"],
            item["currency"] or "",
        )
        for item in found
    ]
    table([text(lang, f"unlicensed.column.{column}") for column in names], rows)


def _show_held(lang: str, found: list[dict[str, Any]]) -> None:
    from core.money import format as money  # noqa: PLC0415

    if not found:
        say(text(lang, "held.none"))
        return
    names = ("period", "cut", "amount", "why")
    rows = [
        (
            item["period"],
            item["cut_id"],
            money(int(item["amount_micro"]), item["currency"], lang),
            _why(lang, item),
        )
        for item in found
    ]
    table([text(lang, f"held.column.{column}") for column in names], rows)


def _why(lang: str, item: dict[str, Any]) -> str:
    return reason(lang, {"code": item["cause"], "detail": {"parties": ", ".join(item["parties"])}})
