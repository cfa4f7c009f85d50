"""`unclaimed`: money that nobody could be found for, from the list to the day it is given up."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import text

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Money that nobody could be found for.", no_args_is_help=True)
Year = Annotated[int, typer.Argument(help="The year it was earned in.")]
ListId = Annotated[str, typer.Argument(help="Id of the list.")]
Why = Annotated[str, typer.Option("--note", help="Why, for the record.")]
Title = Annotated[str, typer.Option("--title", help="Words of the title of work or cut.")]
_COLUMNS = ("id", "year", "kind", "state", "count", "booked_at")
_WORDS = ("kind", "state")


@command(app, "propose")
def propose(cli: Cli, year: Year) -> None:
    """List what of a year nobody could be found for, once the term of payment is over."""
    _propose(cli, year, "apart")


@command(app, "give-up")
def give_up(cli: Cli, year: Year) -> None:
    """Propose that what is left of a year is undistributable, after three years."""
    _propose(cli, year, "given-up")


@command(app, "approve")
def approve(cli: Cli, item: ListId, why: Why = "") -> None:
    """Book a list that somebody else proposed; what it names is public from then on."""
    _decide(cli, item, approve=True, why=why)


@command(app, "reject")
def reject(cli: Cli, item: ListId, why: Why = "") -> None:
    """Reject a list that somebody else proposed; nothing of it is booked."""
    _decide(cli, item, approve=False, why=why)


@command(app, "list")
def list_lists(cli: Cli) -> None:
    """List what your book listed as unclaimed, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/unclaimed-lists"))
    rows = [tuple(_said(cli, item, name) for name in _COLUMNS) for item in found]
    names = [text(cli.lang, f"unclaimed.column.{name}") for name in _COLUMNS]
    emit(cli, found, lambda: table(names, rows))


@command(app, "show")
def show(cli: Cli, item: ListId) -> None:
    """Show a list of your book with its lines."""
    with cli.client() as client:
        found = _whole(client, item)
    emit(cli, found, lambda: _show(cli, found))


@command(app, "published")
def published(cli: Cli, title: Title = "") -> None:
    """What anybody may read: in which works money waits for somebody unknown."""
    with cli.client() as client:
        found = list(client.pages("/unclaimed", q=title))

    def render() -> None:
        names = ("id", "year", "work", "cut", "months", "spans")
        rows = [
            (
                *(item[name] for name in names[:4]),
                ", ".join(item["months"]),
                ", ".join(f"{start / 1000:.1f}–{end / 1000:.1f} s" for start, end in item["spans"]),
            )
            for item in found
        ]
        table([text(cli.lang, f"unclaimed.column.{name}") for name in names], rows)
        say(text(cli.lang, "unclaimed.claim"))

    emit(cli, found, render)


def _propose(cli: Cli, year: int, kind: str) -> None:
    with cli.client() as client:
        made = client.post("/v1/unclaimed-lists", {"year": year, "kind": kind})
        found = _whole(client, made["id"])
    emit(cli, found, lambda: _show(cli, found))
    note(text(cli.lang, "unclaimed.waits", item=found["id"]))


def _decide(cli: Cli, item: str, *, approve: bool, why: str) -> None:
    body = {"approve": approve, "note": why}
    with cli.client() as client:
        found = client.post(f"/v1/unclaimed-lists/{item}/decision", body)
    emit(cli, found, lambda: _head(cli, found))
    if found["single_operator"]:
        note(text(cli.lang, "stamp.single-operator"))


def _whole(client: "Client", item: str) -> dict[str, Any]:
    """A list with all its lines."""
    path = f"/v1/unclaimed-lists/{item}"
    return {**client.get(path), "lines": list(client.pages(f"{path}/lines"))}


def _head(cli: Cli, found: dict[str, Any]) -> None:
    fields(
        {text(cli.lang, f"unclaimed.column.{name}"): _said(cli, found, name) for name in _COLUMNS}
    )


def _show(cli: Cli, found: dict[str, Any]) -> None:
    from core.money import format as shown  # noqa: PLC0415

    _head(cli, found)
    rows = [
        (
            line["account"],
            line["earned_period"],
            shown(int(line["amount_micro"]), line["currency"], cli.lang),
        )
        for line in found["lines"]
    ]
    names = ("account", "earned", "amount")
    table([text(cli.lang, f"unclaimed.column.{name}") for name in names], rows)
    for unit, micro in found["totals"].items():
        say(text(cli.lang, "unclaimed.total", amount=shown(int(micro), unit, cli.lang)))


def _said(cli: Cli, found: dict[str, Any], name: str) -> Any:
    value = found[name]
    return text(cli.lang, f"unclaimed.{name}.{value}") if name in _WORDS else value or ""
