"""`bulk`: one act on hundreds of cuts, as one job with a result for each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, progress, say, table
from api.web.faulttexts import told
from api.web.texts import count, text

app = typer.Typer(help="One act on hundreds of cuts.", no_args_is_help=True)
DAY = ["%Y-%m-%d"]


@command(app, "begin")
def begin(
    cli: Cli,
    act: Annotated[str, typer.Argument(help="decide, scan, certify, release or ask.")],
    *,
    cut: Annotated[list[str] | None, typer.Option(help="A cut; may be repeated.")] = None,
    work: Annotated[str, typer.Option(help="All cuts of a work and below it.")] = "",
    verdict: Annotated[list[str] | None, typer.Option(help="Decided so; repeatable.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Released on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Released on this day or earlier.")
    ] = None,
    performer: Annotated[str, typer.Option(help="Somebody whose use was decided on.")] = "",
    release_at: Annotated[
        datetime | None, typer.Option(formats=DAY, help="With release: the new day of release.")
    ] = None,
    rate: Annotated[str, typer.Option(help="With ask: the price, in units of the currency.")] = "",
    per: Annotated[str, typer.Option(help="With ask: per_minute or per_view.")] = "per_minute",
    currency: Annotated[str, typer.Option(help="With ask: ISO 4217.")] = "EUR",
) -> None:
    """Do one thing with the cuts named, or with all that are sought, and wait for the results."""
    sought = {
        "work_id": work,
        "verdicts": [each.upper() for each in verdict or ()],
        "since": _day(since),
        "until": _day(until),
        "performer_id": performer,
    }
    body = {
        "act": act,
        "cut_ids": cut or [],
        "sought": None if cut else sought,
        "release_at": _day(release_at),
        "tariff": {"kind": per, "rate": rate, "currency": currency} if rate else None,
    }
    with cli.client() as client:
        made = client.post("/v1/bulks", body)
        with progress(text(cli.lang, f"bulk.act.{act}")) as bar:
            client.wait(made["job"]["id"], bar)
        found = client.get(f"/v1/bulks/{made['id']}")
        rows = list(client.pages(f"/v1/bulks/{made['id']}/cuts"))
    emit(cli, {**found, "results": rows}, lambda: _show(cli.lang, found, rows))


@command(app, "list")
def list_bulks(cli: Cli) -> None:
    """List acts on many cuts, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/bulks"))
    rows = [
        (item["id"], item["act"], item["cuts"], item["done"], item["refused"]) for item in found
    ]
    emit(cli, found, lambda: table(("id", "act", "cuts", "done", "refused"), rows))


@command(app, "show")
def show(cli: Cli, bulk: Annotated[str, typer.Argument(help="Id of the act.")]) -> None:
    """Tell what became of each cut."""
    with cli.client() as client:
        found = client.get(f"/v1/bulks/{bulk}")
        rows = list(client.pages(f"/v1/bulks/{bulk}/cuts"))
    emit(cli, {**found, "results": rows}, lambda: _show(cli.lang, found, rows))


def _show(lang: str, found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    say(text(lang, "bulk.ended", done=count(lang, found["done"]), cuts=count(lang, found["cuts"])))
    cells = [
        (
            f"{item['title']} · {item['label']}",
            text(lang, f"bulk.state.{item['state']}"),
            told(lang, item["message"]) if item["message"] else item["outcome"],
        )
        for item in rows
    ]
    heads = ("studio.column.title", "bulk.state", "bulk.outcome")
    table([text(lang, head) for head in heads], cells)
    if found["refused"]:
        note(text(lang, "bulk.refused", count=count(lang, found["refused"])))


def _day(said: datetime | None) -> str | None:
    return None if said is None else said.date().isoformat()
