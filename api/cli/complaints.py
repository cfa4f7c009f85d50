"""`complaint`: single lines that are disputed, and what two people rule about them."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import moment, text

app = typer.Typer(help="Dispute single lines of your money.", no_args_is_help=True)
ComplaintId = Annotated[str, typer.Argument(help="Id of the complaint.")]
Why = Annotated[str, typer.Option("--note", help="Why, for the record.")]
_COLUMNS = ("id", "state", "ground", "opened_at")
_SHOWN = (
    *("id", "state", "ground", "claimant_id", "part", "proposed"),
    *("by_tenant_id", "late", "opened_at", "decided_at", "proof"),
)
_LINE = ("transaction_id", "cut_id", "performer_id")


@command(app, "open")
def open_complaint(
    cli: Cli,
    lines: Annotated[list[str], typer.Argument(help="Ids of the accruals, as a statement lists.")],
    *,
    ground: Annotated[
        str, typer.Option(help="not-me, not-used, mine, over-claim, or wrong-figure.")
    ],
    proof: Annotated[str, typer.Option(help="What proves it, in words.")],
    claimant: Annotated[str, typer.Option(help="With `mine`: the performer it is.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Take it in after the window.")] = False,
) -> None:
    """Dispute lines: they are frozen, and nothing else, until two people have ruled."""
    body = {
        "transaction_ids": lines,
        "ground": ground,
        "proof": proof,
        "claimant_id": claimant,
        "late": late,
    }
    with cli.client() as client:
        found = client.post("/v1/complaints", body)
    emit(cli, found, lambda: _show(cli, found))


@command(app, "list")
def list_complaints(cli: Cli) -> None:
    """List the complaints that concern you, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/complaints"))
    rows = [(*(_said(cli, item, name) for name in _COLUMNS), len(item["lines"])) for item in found]
    names = [text(cli.lang, f"complaint.column.{name}") for name in (*_COLUMNS, "lines")]
    emit(cli, found, lambda: table(names, rows))


@command(app, "show")
def show(cli: Cli, complaint: ComplaintId) -> None:
    """Show a complaint and its lines; its proof is read by who made it and who rules."""
    with cli.client() as client:
        found = client.get(f"/v1/complaints/{complaint}")
    emit(cli, found, lambda: _show(cli, found))


@command(app, "withdraw")
def withdraw(cli: Cli, complaint: ComplaintId) -> None:
    """Take your complaint back; its lines are free again."""
    with cli.client() as client:
        found = client.post(f"/v1/complaints/{complaint}/withdrawal")
    emit(cli, found, lambda: _show(cli, found))


@command(app, "say")
def say_of(
    cli: Cli, complaint: ComplaintId, words: Annotated[str, typer.Argument(help="What you say.")]
) -> None:
    """Say something of a complaint that concerns you; what who rules says reaches every side."""
    with cli.client() as client:
        made = client.post(f"/v1/complaints/{complaint}/words", {"text": words})
        found = client.get(f"/v1/complaints/{complaint}")
    emit(cli, made, lambda: _show(cli, found))


@command(app, "effect")
def effect(
    cli: Cli,
    complaint: ComplaintId,
    ruling: Annotated[str, typer.Argument(help="upheld, rejected, or shared.")],
    part: Annotated[str, typer.Option(help="With shared: the claimant's, as 2/5.")] = "",
) -> None:
    """Show what a ruling would move before anybody makes it."""
    from core.money import format as shown  # noqa: PLC0415

    asked = {"ruling": ruling, "part": part}
    with cli.client() as client:
        found = client.get(f"/v1/complaints/{complaint}/effect", **asked)
    rows = [
        (one["account"], shown(int(one["amount_micro"]), one["currency"], cli.lang))
        for one in found["changes"]
    ]
    names = [text(cli.lang, f"complaint.column.{name}") for name in ("account", "gains")]
    nothing = text(cli.lang, "complaint.moves-nothing")
    emit(cli, found, lambda: table(names, rows) if rows else say(nothing))


@command(app, "propose")
def propose(
    cli: Cli,
    complaint: ComplaintId,
    ruling: Annotated[str, typer.Argument(help="upheld, rejected, or shared.")],
    part: Annotated[str, typer.Option(help="With shared: the claimant's, as 2/5.")] = "",
) -> None:
    """Propose how a complaint in your book ends; a second person decides."""
    with cli.client() as client:
        found = client.post(f"/v1/complaints/{complaint}/ruling", {"ruling": ruling, "part": part})
    emit(cli, found, lambda: _show(cli, found))
    note(text(cli.lang, "complaint.waits", complaint=complaint))


@command(app, "approve")
def approve(cli: Cli, complaint: ComplaintId, why: Why = "") -> None:
    """Rule as somebody else proposed."""
    _decide(cli, complaint, approve=True, why=why)


@command(app, "reject")
def reject(cli: Cli, complaint: ComplaintId, why: Why = "") -> None:
    """Do not rule as proposed; the complaint stays open and its lines frozen."""
    _decide(cli, complaint, approve=False, why=why)


def _decide(cli: Cli, complaint: str, *, approve: bool, why: str) -> None:
    body = {"approve": approve, "note": why}
    with cli.client() as client:
        found = client.post(f"/v1/complaints/{complaint}/decision", body)
    emit(cli, found, lambda: _show(cli, found))
    if found["single_operator"]:
        note(text(cli.lang, "stamp.single-operator"))


def _show(cli: Cli, found: dict[str, Any]) -> None:
    from core.money import format as shown  # noqa: PLC0415

    fields(
        {
            text(cli.lang, f"complaint.column.{name}"): _said(cli, found, name)
            for name in _SHOWN
            if found.get(name) not in (None, "", False)
        }
    )
    rows = [
        (
            *(line[name] or "-" for name in _LINE),
            shown(int(line["amount_micro"]), line["currency"], cli.lang),
        )
        for line in found["lines"]
    ]
    table([text(cli.lang, f"complaint.column.{name}") for name in (*_LINE, "amount")], rows)
    for one in found.get("words", ()):
        say(f"{moment(cli.lang, one['said_at'])} {one['by_tenant_id']}: {one['text']}")
    say(text(cli.lang, f"complaint.means.{found['state']}"))


def _said(cli: Cli, found: dict[str, Any], name: str) -> Any:
    """A value in words where it is a code."""
    value = found[name]
    if name in ("state", "proposed"):
        return text(cli.lang, f"complaint.state.{value}")
    if name == "ground":
        return text(cli.lang, f"complaint.ground.{value}")
    return text(cli.lang, "complaint.yes") if value is True else value
