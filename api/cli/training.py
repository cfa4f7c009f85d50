"""`usage training`: what a model earned that was trained with a dataset, month by month."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, table
from api.cli.pools import named
from api.web.texts import text

app = typer.Typer(help="What models earned that were trained with a dataset.", no_args_is_help=True)


@command(app, "report")
def report(
    cli: Cli,
    dataset: Annotated[str, typer.Argument(help="Id of the dataset.")],
    period: Annotated[str, typer.Argument(help="Month, such as 2026-11.")],
    *,
    income: Annotated[list[str], typer.Option(help="KIND=AMOUNT, such as training=1000000.")],
    currency: Annotated[str, typer.Option(help="Of the income, such as EUR.")],
    outputs: Annotated[
        list[str] | None, typer.Option(help="PERFORMER=COUNT of the outputs that name somebody.")
    ] = None,
    unnamed: Annotated[int, typer.Option(help="How many outputs name nobody.")] = 0,
    territory: Annotated[str, typer.Option(help="Where it was trained, such as DE.")] = "*",
) -> None:
    """Report a dataset's month; a later report of the same month takes its place."""
    body = {
        "dataset_id": dataset,
        "period": period,
        "income": dict(map(named, income)),
        "currency": currency,
        "outputs": dict(map(named, outputs or [])),
        "unnamed": unnamed,
        "territory": territory,
    }
    with cli.client() as client:
        found = client.post("/v1/training-reports", body)
    emit(cli, found, lambda: _show(cli.lang, [found]))


@command(app, "list")
def list_reports(
    cli: Cli, dataset: Annotated[str, typer.Option(help="Only of this dataset.")] = ""
) -> None:
    """List what you reported, newest first; the newest of a dataset's month counts."""
    with cli.client() as client:
        found = client.get("/v1/training-reports", dataset_id=dataset or None)
    emit(cli, found, lambda: _show(cli.lang, found))


def _show(lang: str, found: list[dict[str, Any]]) -> None:
    def said(item: dict[str, Any]) -> tuple[Any, ...]:
        income = ", ".join(f"{kind} {amount}" for kind, amount in item["income"].items())
        counts = sum(item["outputs"].values()), item["unnamed"]
        return item["dataset_id"], item["period"], income, item["currency"], *counts

    names = ("dataset", "period", "income", "currency", "named", "unnamed")
    columns = [text(lang, f"training.column.{name}") for name in names]
    table(columns, [said(item) for item in found])
