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
AdviceId = Annotated[str, typer.Argument(help="Id of the advice.")]
Given = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file.")]


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


@command(app, "sent")
def sent(
    cli: Cli,
    payment: Annotated[str, typer.Argument(help="Id of a payment, for its advice.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write its signed advice here.")] = None,
) -> None:
    """List what you paid to other societies, or write the advice that a payment goes with."""
    with cli.client() as client:
        found = client.get("/v1/sister-payments")
        if payment:
            found = [one for one in found if one["id"] == payment]
            data = client.fetch(f"/v1/sister-payments/{payment}/advice")
            if out is not None:
                out.write_bytes(data)
    emit(cli, found, lambda: _show(cli.lang, _SENT, found))


@command(app, "take")
def take(cli: Cli, file: Given) -> None:
    """Take in the advice of a payment that a society of another registry made."""
    _sent_in(cli, "/v1/remittance-advices", file)


@command(app, "answered")
def answered(cli: Cli, file: Given) -> None:
    """Read what a society of another registry answered: lines that she could not place."""
    _sent_in(cli, "/v1/advice-answers", file)


@command(app, "advices")
def list_advices(cli: Cli) -> None:
    """List the advices that you took in, and whether their payments are in your book."""
    with cli.client() as client:
        found = client.get("/v1/remittance-advices")
    emit(cli, found, lambda: _show(cli.lang, _ADVICE, found))


@command(app, "advice")
def advice(
    cli: Cli,
    advice_id: AdviceId,
    place: Annotated[bool, typer.Option("--place", help="Look again at held lines.")] = False,
    out: Annotated[Path | None, typer.Option("--answer", help="Write the answer here.")] = None,
) -> None:
    """Show an advice line by line, place what was held, or write the answer to it."""
    path = f"/v1/remittance-advices/{advice_id}"
    with cli.client() as client:
        found = client.post(f"{path}/placing") if place else client.get(path)
        if out is not None:
            out.write_bytes(client.fetch(f"{path}/answer"))
    _advised(cli, found)


@command(app, "match")
def match(
    cli: Cli,
    advice_id: AdviceId,
    receipt: Annotated[str, typer.Argument(help="Id of the receipt that is the payment.")],
) -> None:
    """Say which receipt is the payment of an advice, where the bank's text names none."""
    path = f"/v1/remittance-advices/{advice_id}/match"
    with cli.client() as client:
        found = client.post(path, {"receipt_id": receipt})
    _advised(cli, found)


@command(app, "unmatch")
def unmatch(cli: Cli, advice_id: AdviceId) -> None:
    """Take a match back: its claims go, and the money waits for a clerk again."""
    with cli.client() as client:
        found = client.post(f"/v1/remittance-advices/{advice_id}/unmatching")
    _advised(cli, found)


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
_SENT = ("id", "society_id", "reference", "currency", "amount_micro", "state", "registry")
_ADVICE = ("id", "payer_name", "reference", "currency", "amount_micro", "receipt_id", "waits")
_ADVISED = (
    *("title", "kind", "territory", "earned_period", "performer_id", "gross_micro"),
    *("amount_micro", "cause", "claim_id"),
)
_CONFLICT = ("id", "licence_id", "performers_side", "society_id", "settled", "decided_by")


def _sent_in(cli: Cli, path: str, file: Path) -> None:
    """Hand in a file of another registry, and show what became of it."""
    with cli.client() as client:
        found = client.post(path, {"upload_id": client.upload(file)})
    _advised(cli, found)


def _advised(cli: Cli, found: dict[str, Any]) -> None:
    """The head of an advice, and those columns of its lines that are told."""

    def render() -> None:
        names = ("id", "reference", "currency", "amount_micro", "receipt_id", "waits", "matched")
        fields(
            {text(cli.lang, f"collect.column.{one}"): found[one] for one in names if one in found}
        )
        if found["lines"]:
            told = tuple(name for name in _ADVISED if name in found["lines"][0])
            _show(cli.lang, told, found["lines"])

    emit(cli, found, render)


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
