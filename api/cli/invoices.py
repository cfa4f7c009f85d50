"""`invoice`: what licensees are asked for, its papers, and who is named on them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.invoicenumbers import invoice_called
from api.cli.moneyshape import cell, document
from api.cli.options import Cli, command
from api.cli.output import emit, note, table
from api.cli.termsfile import read_fields
from api.web.texts import text, word
from core.clock import utc_now

app = typer.Typer(help="Invoices to licensees, credit notes, papers.", no_args_is_help=True)
InvoiceId = Annotated[str, typer.Argument(help="Number or id of the invoice.")]
Month = Annotated[str, typer.Argument(help="Last month of postings, such as 2026-11.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]
Licensee = Annotated[str, typer.Option("--licensee", help="Of this licensee alone.")]


@command(app, "draft")
def draft(cli: Cli, month: Month) -> None:
    """Say what invoices and credit notes are due for by a month; nothing is issued."""
    with cli.client() as client:
        found = client.get("/v1/invoice-drafts", month=month)
    names = ("kind", "licensee", "lines", "claims_micro", "credits_id")

    def render() -> None:
        if found:
            _show(cli.lang, names, found)
            _note_early(cli.lang, month)
        else:
            note(text(cli.lang, "invoice.nothing-due", month=month))

    emit(cli, found, render)


@command(app, "issue")
def issue(cli: Cli, month: Month, licensee: Licensee = "") -> None:
    """Issue what is due by a month, with papers, and name who is left; exits 1 where it is none."""
    body: dict[str, Any] = {"month": month, "licensee_id": licensee or None}
    with cli.client() as client:
        found = client.post("/v1/invoices", body)

    def render() -> None:
        _show(cli.lang, _COLUMNS, found["issued"])
        for item in found["left"]:
            note(text(cli.lang, f"invoice.left.{item['reason']}", **item))
        if found["issued"]:
            _note_early(cli.lang, month)
        if not found["issued"] and not found["left"]:
            note(text(cli.lang, "invoice.nothing-due", month=month))

    emit(cli, found, render)
    if not found["issued"]:
        raise typer.Exit(1)


def _note_early(lang: str, month: str) -> None:
    """Say what an invoice makes wait in a month that is not over."""
    if month == f"{utc_now():%Y-%m}":
        note(text(lang, "invoice.month-not-over", month=month))


@command(app, "list")
def list_invoices(cli: Cli, licensee: Licensee = "") -> None:
    """List invoices and credit notes of your book, or those issued to you, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/invoices", licensee_id=licensee or None))
    emit(cli, found, lambda: _show(cli.lang, _COLUMNS, found))


@command(app, "show")
def show(
    cli: Cli,
    invoice_id: InvoiceId,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write it as a PDF.")] = None,
    xml: Annotated[
        Path | None, typer.Option("--xml", help="Write the XML of EN 16931 as it was issued.")
    ] = None,
) -> None:
    """Show an invoice and how far it is settled, or write its papers to files."""
    with cli.client() as client:
        path = f"/v1/invoices/{invoice_called(client, invoice_id)}"
        found = client.get(path)
        if pdf is not None:
            pdf.write_bytes(client.fetch(f"{path}/invoice.pdf", lang=cli.lang))
        if xml is not None:
            xml.write_bytes(client.fetch(f"{path}/invoice.xml"))

    def render() -> None:
        called = {"book": found["seller"]["name"], "licensee_id": found["buyer"]["name"]}
        said = {**found, **called}
        document(cli.lang, {name: said[name] for name in said if name not in _PARTS})
        _show(cli.lang, _POSITIONS, [_position(cli.lang, found, one) for one in found["positions"]])
        if found["write_offs"]:
            _show(cli.lang, _STEPS, [{**found, **item} for item in found["write_offs"]])
        if found["write_off_proposed"]:
            note(text(cli.lang, "invoice.write-off-waits", id=invoice_id))

    emit(cli, found, render)


@command(app, "claims")
def claims(cli: Cli, invoice_id: InvoiceId) -> None:
    """List the transactions of the ledger that an invoice bears."""
    found: list[dict[str, Any]] = []
    with cli.client() as client:
        path = f"/v1/invoices/{invoice_called(client, invoice_id)}"
        unit = client.get(path)["currency"]
        while True:
            after = found[-1]["transaction_id"] if found else ""
            some = client.get(f"{path}/claims", after=after or None)
            found += some
            if len(some) < _PAGE:
                break
    names = ("transaction_id", "amount_micro")
    emit(cli, found, lambda: _show(cli.lang, names, [{**one, "currency": unit} for one in found]))


@command(app, "cancel")
def cancel(
    cli: Cli,
    invoice_id: InvoiceId,
    reason: Annotated[str, typer.Option(help="Why; the credit note says so.")],
) -> None:
    """Take all that is left of an invoice back by a credit note; its claims are due again."""
    with cli.client() as client:
        path = f"/v1/invoices/{invoice_called(client, invoice_id)}/cancellation"
        found = client.post(path, {"reason": reason})
    emit(cli, found, lambda: _show(cli.lang, _COLUMNS, [found]))


@command(app, "write-off")
def write_off(
    cli: Cli,
    invoice_id: InvoiceId,
    reason: Annotated[
        str, typer.Option(help="insolvency, limitation or disputed; reinstated takes it back.")
    ],
    since: Annotated[
        str, typer.Option(help="Uncollectible, or expected again, since this day (today).")
    ] = "",
) -> None:
    """Propose to write off all that is open of an invoice, or to expect it again; two do it."""
    body = {"reason": reason, "since": since or None}
    with cli.client() as client:
        path = f"/v1/invoices/{invoice_called(client, invoice_id)}/write-off"
        found = client.post(path, body)
    emit(cli, found, lambda: document(cli.lang, found))
    note(text(cli.lang, "invoice.write-off-waits", id=invoice_id))


@command(app, "approve-write-off")
def approve_write_off(cli: Cli, invoice_id: InvoiceId, note: Why = "") -> None:
    """Agree to what somebody else proposed; tax is corrected, reminders stop or go on."""
    _decide(cli, invoice_id, approve=True, why=note)


@command(app, "reject-write-off")
def reject_write_off(cli: Cli, invoice_id: InvoiceId, note: Why = "") -> None:
    """Let an invoice stand that somebody else proposed to write off."""
    _decide(cli, invoice_id, approve=False, why=note)


def _decide(cli: Cli, invoice_id: str, *, approve: bool, why: str) -> None:
    body = {"approve": approve, "note": why}
    with cli.client() as client:
        path = f"/v1/invoices/{invoice_called(client, invoice_id)}/write-off-decision"
        found = client.post(path, body)
    emit(cli, found, lambda: document(cli.lang, found, _WRITTEN_OFF))


@command(app, "overdue")
def list_overdue(cli: Cli) -> None:
    """List invoices that should have been paid, oldest first, and the reminder that is due."""
    with cli.client() as client:
        found = list(client.pages("/v1/overdue-invoices"))
    emit(cli, found, lambda: _show(cli.lang, _OVERDUE, found))


@command(app, "remind")
def remind(cli: Cli) -> None:
    """Remind of every overdue invoice whose next level is due, in the licensees' inboxes."""
    with cli.client() as client:
        found = client.post("/v1/invoice-reminders")
    emit(cli, found, lambda: _show(cli.lang, _OVERDUE, found, none="invoice.no-reminder"))


@command(app, "party")
def party(
    cli: Cli,
    party_id: Annotated[str, typer.Argument(help="Your organisation, or a licensee.")],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Name and address (TOML).")
    ],
) -> None:
    """Say what your invoices write about an organisation from now on."""
    from api.routes.invoices import PartyIn  # noqa: PLC0415

    body = read_fields(file, PartyIn.model_fields)
    with cli.client() as client:
        found = client.post(f"/v1/billing-parties/{party_id}", body)
    emit(cli, found, lambda: document(cli.lang, found))


@command(app, "parties")
def parties(cli: Cli) -> None:
    """List what your invoices write about your organisation and your licensees."""
    with cli.client() as client:
        found = client.get("/v1/billing-parties")
    names = ("party_id", "name", "city", "country", "vat_id", "vat_checked_on")
    rows = [tuple(item[name] or "" for name in names) for item in found]
    emit(cli, found, lambda: table(_names(cli.lang, names), rows))


_PAGE = 1000
_WRITTEN_OFF = ("number", "id", "gross_micro", "paid_micro", "written_off_micro", "open_micro")
_COLUMNS = ("number", "id", "kind", "licensee", "month", "gross_micro", "open_micro", "due_on")
_OVERDUE = (
    "number",
    "id",
    "licensee",
    "open_micro",
    "due_on",
    "days_overdue",
    "level",
    "reminded",
)
_PARTS = ("positions", "write_offs", "write_off_proposed")
_STEPS = ("month", "reason", "amount_micro", "vat_micro")
_POSITIONS = ("earned_period", "kind", "title", "claims", "net_micro")


def _show(
    lang: str, names: tuple[str, ...], found: list[dict[str, Any]], *, none: str = "invoice.none"
) -> None:
    if not found:
        note(text(lang, none))
        return
    table(_names(lang, names), [tuple(cell(lang, item, name) for name in names) for item in found])


def _position(lang: str, found: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """What an invoice asks for, as people call it."""
    kind = word(lang, one["kind"]) if one["kind"] else ""
    return {**found, **one, "title": one["title"] or one["cut_id"], "kind": kind}


def _names(lang: str, names: tuple[str, ...]) -> list[str]:
    return [text(lang, f"invoice.column.{name}") for name in names]
