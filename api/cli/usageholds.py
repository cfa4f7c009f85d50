"""`usage held`: lines that wait for a person because their counts are implausible."""

from typing import Annotated, Any

import typer

from api.cli.moneyshape import cell
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import reason, seconds, text

app = typer.Typer(help="Lines that wait for a person before they earn.", no_args_is_help=True)
HoldId = Annotated[str, typer.Argument(help="Id of the held line, from the list.")]
Why = Annotated[str, typer.Option("--note", help="Why, for the record.")]


@command(app, "list")
def list_holds(
    cli: Cli,
    state: Annotated[str, typer.Option(help="held, released or rejected.")] = "held",
    after: Annotated[str, typer.Option(help="The last id of the page before.")] = "",
) -> None:
    """List held lines with the reasons why they are, 200 a page."""
    with cli.client() as client:
        found = client.get("/v1/usage-holds", state=state.upper(), after=after or None)
    names = ("id", "period", "territory", "views", "title", "why")
    rows = [
        (
            item["id"],
            *(_plain(item["line"][name]) for name in names[1:4]),
            _titled(item),
            " ".join(reason(cli.lang, one) for one in item["reasons"]),
        )
        for item in found
    ]
    titles = [text(cli.lang, f"usage.held.{name}") for name in names]
    emit(cli, found, lambda: table(titles, rows))
    if found and state == "held":
        note(text(cli.lang, "usage.held.next", id=found[0]["id"]))


@command(app, "show")
def show(cli: Cli, hold: HoldId) -> None:
    """Show a held line, why it is held, and what it would earn."""
    with cli.client() as client:
        found = client.get(f"/v1/usage-holds/{hold}")
    emit(cli, found, lambda: _show(cli.lang, found))


@command(app, "release")
def release(cli: Cli, hold: HoldId, why: Why = "") -> None:
    """Let a held line count; where much is at stake somebody else has to agree."""
    _decide(cli, hold, {"release": True, "note": why})


@command(app, "reject")
def reject(cli: Cli, hold: HoldId, why: Why = "") -> None:
    """Never let a held line count; where much is at stake somebody else has to agree."""
    _decide(cli, hold, {"release": False, "note": why})


@command(app, "approve")
def approve(cli: Cli, hold: HoldId, why: Why = "") -> None:
    """Agree to what somebody else proposed for a held line."""
    _post(cli, hold, "agreement", {"approve": True, "note": why})


@command(app, "refuse")
def refuse(cli: Cli, hold: HoldId, why: Why = "") -> None:
    """Refuse what somebody else proposed; the line waits on."""
    _post(cli, hold, "agreement", {"approve": False, "note": why})


def _decide(cli: Cli, hold: str, body: dict[str, Any]) -> None:
    found = _post(cli, hold, "decision", body)
    if found["approval_id"] and found["state"] == "HELD":
        note(text(cli.lang, "usage.held.second", id=hold))
    if found["state"] == "RELEASED":
        note(text(cli.lang, "usage.held.book"))


def _post(cli: Cli, hold: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    with cli.client() as client:
        found: dict[str, Any] = client.post(f"/v1/usage-holds/{hold}/{what}", body)
    emit(cli, found, lambda: _show(cli.lang, found))
    return found


def _show(lang: str, item: dict[str, Any]) -> None:
    from core.money import format as money  # noqa: PLC0415

    line = item["line"]
    said: dict[str, Any] = {
        "id": item["id"],
        "state": text(lang, f"usage.held.state.{item['state']}"),
        "title": _titled(item),
        **{name: line[name] for name in ("line_id", "cut_id", "territory", "period")},
        "views": _plain(line["views"]),
        "reported": _reported(lang, line.get("reported", {})),
        "why": [reason(lang, one) for one in item["reasons"]],
    }
    if item.get("stake_micro") is not None:
        said["stake"] = money(int(item["stake_micro"]), item["stake_currency"], lang)
    fields({text(lang, f"usage.held.{name}"): value for name, value in said.items()})


def _titled(item: dict[str, Any]) -> str:
    """What the line is about, as people call it; its id where the cut is gone."""
    return ", ".join(filter(None, (item["title"], item["version"]))) or item["line"]["cut_id"]


def _reported(lang: str, told: dict[str, Any]) -> dict[str, Any]:
    """What else the line says, each figure in its unit."""
    from core.money import format as money  # noqa: PLC0415

    found = {}
    for name, value in told.items():
        column = name.removesuffix("_micro").removesuffix("_ms")
        if name == "watched_ms":
            shown = text(lang, "usage.held.watched", seconds=seconds(lang, value))
        elif name == "income_micro":
            shown = money(int(value), told.get("currency", ""), lang)
        elif name == "income_kind":
            shown = text(lang, f"tariffwords.income.{value}")
        else:
            shown = cell(lang, told, name)
        found[text(lang, f"usagecolumn.{column}")] = shown
    return found


def _plain(value: Any) -> str:
    return "-" if value is None else str(value)
