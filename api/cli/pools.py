"""`usage pool`: a month as a whole, which pools of tariffs are divided by."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, table
from api.web.texts import text
from core.errors import BadInput

app = typer.Typer(help="A month as a whole: subscribers and income.", no_args_is_help=True)


@command(app, "report")
def report(
    cli: Cli,
    period: Annotated[str, typer.Argument(help="Month, such as 2026-11.")],
    *,
    subscribers: Annotated[int | None, typer.Option(help="How many there were.")] = None,
    income: Annotated[
        list[str] | None, typer.Option(help="KIND=AMOUNT, such as subscriptions=1000.50.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Of the income, such as EUR.")] = "",
) -> None:
    """Report a month as a whole; a later report of the same month takes its place."""
    body: dict[str, Any] = {"period": period, "income": dict(map(named, income or []))}
    if subscribers is not None:
        body["subscribers"] = subscribers
    with cli.client() as client:
        found = client.post("/v1/pool-reports", {**body, "currency": currency})
    emit(cli, found, lambda: _show(cli.lang, [found]))


@command(app, "list")
def list_reports(
    cli: Cli, period: Annotated[str, typer.Option(help="Only of this month.")] = ""
) -> None:
    """List what you reported, newest first; the newest of a month counts."""
    with cli.client() as client:
        found = client.get("/v1/pool-reports", period=period or None)
    emit(cli, found, lambda: _show(cli.lang, found))


def named(said: str) -> tuple[str, str]:
    """What an option says as NAME=VALUE; raises `BadInput` where it does not."""
    kind, equals, amount = said.partition("=")
    if not (kind and equals and amount):
        raise BadInput(f"{said!r} names no value.", next_step="Write it as NAME=VALUE.")
    return kind, amount


def _show(lang: str, found: list[dict[str, Any]]) -> None:
    def said(item: dict[str, Any]) -> tuple[Any, ...]:
        income = ", ".join(f"{kind} {amount}" for kind, amount in item["income"].items())
        counted = "-" if item["subscribers"] is None else item["subscribers"]
        return item["period"], counted, income, item["currency"]

    names = ("period", "subscribers", "income", "currency")
    table([text(lang, f"pool.column.{name}") for name in names], [said(item) for item in found])
