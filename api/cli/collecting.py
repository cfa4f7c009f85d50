"""`collect`: who collects for which use, by agreement or signature, and conflicts with licences."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.cli.termsfile import read_fields
from api.web.texts import text

app = typer.Typer(help="Who collects for which use, where, since when.", no_args_is_help=True)
MandateId = Annotated[str, typer.Argument(help="Id of the mandate.")]


@command(app, "propose")
def propose(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The mandate (TOML).")],
) -> None:
    """Propose that a society collects by agreement; somebody else decides."""
    from api.routes.collecting import MandateIn  # noqa: PLC0415

    body = read_fields(file, MandateIn.model_fields)
    with cli.client() as client:
        found = client.post("/v1/collecting-mandates", body)
    _told(cli, found)


@command(app, "end")
def end(
    cli: Cli,
    mandate: MandateId,
    until: Annotated[str, typer.Argument(help="First day without it, such as 2027-01-01.")],
) -> None:
    """Propose to end a mandate by agreement; somebody else decides."""
    with cli.client() as client:
        found = client.post(f"/v1/collecting-mandates/{mandate}/end", {"until": until})
    _told(cli, found)


@command(app, "decide")
def decide(
    cli: Cli,
    approval: Annotated[str, typer.Argument(help="Id of the approval.")],
    yes: Annotated[bool, typer.Option("--yes/--no", help="Put it into force, or refuse it.")],
    why: Annotated[str, typer.Option("--note", help="Why.")] = "",
) -> None:
    """Decide on a mandate that somebody else proposed."""
    body = {"approval_id": approval, "approve": yes, "note": why}
    with cli.client() as client:
        found = client.post("/v1/collecting-decisions", body)
    _told(cli, found)


@command(app, "list")
def list_mandates(cli: Cli) -> None:
    """List the collecting mandates that you may see, by agreement and signed."""
    with cli.client() as client:
        found = list(client.pages("/v1/collecting-mandates"))
    emit(cli, found, lambda: _show(cli.lang, _MANDATE, found))


@command(app, "who")
def who(
    cli: Cli,
    territory: Annotated[str, typer.Argument(help="Such as DE.")],
    month: Annotated[str, typer.Argument(help="Such as 2026-11.")],
    kind: Annotated[str, typer.Option(help="Kind of use.")] = "synthesise_voice",
    performer: Annotated[str, typer.Option(help="Id of the performer.")] = "",
) -> None:
    """Say who collects for a use, and to which society it is handed on."""
    with cli.client() as client:
        found = client.get(
            "/v1/collectors",
            territory=territory,
            month=month,
            kind=kind,
            performer_id=performer or None,
        )
    emit(cli, found, lambda: fields(found))


@command(app, "conflicts")
def list_conflicts(cli: Cli) -> None:
    """List licences under which the performer is paid directly though a society collects."""
    with cli.client() as client:
        found = list(client.pages("/v1/collecting-conflicts"))
    emit(cli, found, lambda: _show(cli.lang, _CONFLICT, found))


@command(app, "settle")
def settle(
    cli: Cli,
    conflict: Annotated[str, typer.Argument(help="Id of the conflict.")],
    society: Annotated[
        bool, typer.Option("--society/--directly", help="Who is paid: the society, or nobody here.")
    ],
) -> None:
    """Decide who is paid under a licence; `accrue` then books what waited."""
    with cli.client() as client:
        found = client.post(
            f"/v1/collecting-conflicts/{conflict}/settlement", {"collects": society}
        )
    emit(cli, found, lambda: _show(cli.lang, _CONFLICT, [found]))


@command(app, "statements")
def list_statements(cli: Cli) -> None:
    """List the closed runs of other societies that collected something for your members."""
    with cli.client() as client:
        found = client.get("/v1/sister-statements")
    emit(cli, found, lambda: _show(cli.lang, _RUN, found))


@command(app, "statement")
def statement(
    cli: Cli,
    run: Annotated[str, typer.Argument(help="Id of the closed run.")],
    society: Annotated[str, typer.Option(help="Whom it is to (yourself).")] = "",
    file: Annotated[Path | None, typer.Option("--csv", help="Write it as a table.")] = None,
) -> None:
    """Show what a run did with the money of a society's members, line by line."""
    path = f"/v1/sister-statements/{run}"
    with cli.client() as client:
        found = client.get(path, society_id=society or None)
        if file is not None:
            table = client.fetch(f"{path}/statement.csv", society_id=society or None)
            file.write_bytes(table)
    emit(cli, found, lambda: _show(cli.lang, _LINE, found["lines"]))


@command(app, "received")
def received(
    cli: Cli,
    payment: Annotated[str, typer.Argument(help="Id of a payment, for its lines.")] = "",
) -> None:
    """List what other societies paid to yours, or what one payment brought for each claim."""
    with cli.client() as client:
        found = client.get(f"/v1/remittances/{payment}" if payment else "/v1/remittances")
    names, rows = (_PAID_LINE, found["lines"]) if payment else (_PAID, found)
    emit(cli, found, lambda: _show(cli.lang, names, rows))


_MANDATE = (
    *("id", "society_id", "giver_id", "kinds", "territories", "performer_ids"),
    *("valid_from", "valid_until"),
)
_RUN = ("id", "book", "first_month", "last_month", "closed_at")
_LINE = ("performer_id", "cut_id", "kind", "territory", "earned_period", "currency", "net_micro")
_PAID = ("id", "payer", "reference", "currency", "amount_micro", "state", "receipt_id", "waits")
_PAID_LINE = (
    *("performer_id", "cut_id", "kind", "territory", "earned_period"),
    *("gross_micro", "amount_micro", "claim_id"),
)
_CONFLICT = ("id", "licence_id", "performers_side", "society_id", "settled", "decided_by")


def _told(cli: Cli, found: dict[str, Any]) -> None:
    def render() -> None:
        fields({name: found[name] for name in ("mandate_id", "approval_id", "state")})
        if found["state"] == "OPEN":
            note(text(cli.lang, "collect.waits", id=found["approval_id"]))

    emit(cli, found, render)


def _show(lang: str, names: tuple[str, ...], found: list[dict[str, Any]]) -> None:
    if not found:
        note(text(lang, "collect.none"))
        return
    rows = [tuple(_cell(item[name]) for name in names) for item in found]
    table([text(lang, f"collect.column.{name}") for name in names], rows)


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else value or "-"
