"""`receipt`: money that came in, and which invoice it pays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.invoicenumbers import invoice_called
from api.cli.moneyshape import cell, document
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.cli.payouts import note_handed_on
from api.web.texts import text

app = typer.Typer(help="Money that came in, and what it pays.", no_args_is_help=True)
ReceiptId = Annotated[str, typer.Argument(help="Id of the receipt.")]
ToldId = Annotated[str, typer.Argument(help="Id of the held payment.")]
InvoiceId = Annotated[str, typer.Argument(help="Number or id of the invoice.")]


@command(app, "add", day="booked_on", said="text", account="payer_account")
def add(
    cli: Cli,
    reference: Annotated[str, typer.Argument(help="The bank's own name for the payment.")],
    amount: Annotated[str, typer.Argument(help="How much, as a decimal.")],
    *,
    day: Annotated[str, typer.Option(help="The day the bank booked it, such as 2026-11-20.")],
    currency: Annotated[str, typer.Option(help="Its currency.")] = "EUR",
    licensee: Annotated[str, typer.Option(help="Who paid, where it is known.")] = "",
    payer: Annotated[str, typer.Option(help="Name of who paid, as the bank says it.")] = "",
    account: Annotated[str, typer.Option(help="IBAN that it came from.")] = "",
    said: Annotated[str, typer.Option("--text", help="What they wrote.")] = "",
    another: Annotated[
        bool, typer.Option("--another", help="It is not the one it is like.")
    ] = False,
) -> None:
    """Take one payment in by hand; it waits until it is matched to an invoice."""
    body: dict[str, Any] = {"reference": reference, "amount": amount, "booked_on": day}
    body |= {"currency": currency, "licensee_id": licensee or None, "payer": payer, "text": said}
    body |= {"payer_account": account, "another": another}
    with cli.client() as client:
        found = client.post("/v1/receipts", body)
    emit(cli, found, lambda: _show(cli.lang, [found]))


@command(app, "import")
def import_statement(
    cli: Cli,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="camt.053, or a table as CSV.")
    ],
) -> None:
    """Take in a bank's statement: each payment once, matched where that is beyond doubt."""
    with cli.client() as client:
        found = client.post("/v1/receipt-imports", {"upload_id": client.upload(file)})

    def render() -> None:
        names = ("payments", "entered", "known", "held", "matched", "waiting", "others")
        fields({text(cli.lang, f"receipt.import.{name}"): found[name] for name in names})
        if found["waiting"]:
            note(text(cli.lang, "receipt.import.next"))
        if found["held"]:
            note(text(cli.lang, "receipt.held"))

    emit(cli, found, render)


@command(app, "held")
def held(cli: Cli) -> None:
    """List payments that a file named and that may be in already: enter them, or drop them."""
    with cli.client() as client:
        found = [*client.pages("/v1/held-payments")]
    emit(cli, found, lambda: _show(cli.lang, found, _HELD))


@command(app, "enter")
def enter(cli: Cli, told_id: ToldId) -> None:
    """Enter a held payment: it is another than the one it is like."""
    _decide(cli, told_id, enter=True)


@command(app, "drop")
def drop(cli: Cli, told_id: ToldId) -> None:
    """Drop a held payment: it is in already."""
    _decide(cli, told_id, enter=False)


@command(app, "list")
def list_receipts(
    cli: Cli,
    open_only: Annotated[bool, typer.Option("--open", help="Only what is not matched.")] = False,
) -> None:
    """List money that came in, newest first, and what of it waits for a clerk."""
    with cli.client() as client:
        found = [
            item
            for item in client.pages("/v1/receipts")
            if not open_only or int(item["unmatched_micro"])
        ]
    emit(cli, found, lambda: _show(cli.lang, found))


@command(app, "show")
def show(cli: Cli, receipt_id: ReceiptId) -> None:
    """Show one receipt, and every match of it."""
    with cli.client() as client:
        found = client.get(f"/v1/receipts/{receipt_id}")
        paid = {one["invoice_id"] for one in found["matches"]}
        numbers = {one: client.get(f"/v1/invoices/{one}")["number"] for one in sorted(paid)}

    def render() -> None:
        document(cli.lang, {name: found[name] for name in found if name not in _TABLES})
        names = ("invoice_id", "amount_micro", "reason", "recorded_at")
        rows = [
            (numbers[item["invoice_id"]], *(cell(cli.lang, found | item, one) for one in names[1:]))
            for item in found["matches"]
        ]
        table([text(cli.lang, f"receipt.column.{name}") for name in names], rows)
        for one in found["refunds"]:
            document(cli.lang, {**one, "currency": found["currency"]}, _REFUND)

    emit(cli, found, render)


@command(app, "match")
def match(
    cli: Cli,
    receipt_id: ReceiptId,
    invoice_id: InvoiceId,
    amount: Annotated[str, typer.Option(help="So much of it (as far as both go).")] = "",
) -> None:
    """Have a receipt pay an invoice."""
    with cli.client() as client:
        body = {"invoice_id": invoice_called(client, invoice_id), "amount": amount or None}
        found = client.post(f"/v1/receipts/{receipt_id}/matches", body)
        unit = client.get(f"/v1/receipts/{receipt_id}")["currency"]
    emit(cli, found, lambda: document(cli.lang, {**found, "currency": unit}))


@command(app, "unmatch")
def unmatch(
    cli: Cli,
    receipt_id: ReceiptId,
    invoice_id: InvoiceId,
    reason: Annotated[str, typer.Option(help="Why, as a code such as wrong-invoice.")],
) -> None:
    """Take a match back; the money waits for a clerk again."""
    with cli.client() as client:
        body = {"invoice_id": invoice_called(client, invoice_id), "reason": reason}
        found = client.post(f"/v1/receipts/{receipt_id}/unmatching", body)
        unit = client.get(f"/v1/receipts/{receipt_id}")["currency"]
    emit(cli, found, lambda: document(cli.lang, {**found, "currency": unit}))


@command(app, "return")
def send_back(
    cli: Cli,
    receipt_id: ReceiptId,
    *,
    reason: Annotated[str, typer.Option(help="paid-twice, too-much, unknown-payer or other.")],
    amount: Annotated[str, typer.Option(help="So much of it (all that is not matched).")] = "",
    name: Annotated[str, typer.Option(help="Holder, where the bank named none.")] = "",
    iban: Annotated[str, typer.Option(help="IBAN, where the bank named none.")] = "",
) -> None:
    """Propose to send back what nobody owed, to the account it came from; two people send it."""
    body = {"reason": reason, "amount": amount or None, "name": name, "iban": iban}
    with cli.client() as client:
        found = client.post(f"/v1/receipts/{receipt_id}/refunds", body)
        unit = client.get(f"/v1/receipts/{receipt_id}")["currency"]
    emit(cli, found, lambda: document(cli.lang, {**found, "currency": unit}, _REFUND))
    note_handed_on(cli.lang, {**found, "currency": unit})
    note(text(cli.lang, "payout.waits", id=found["batch_id"]))


_TABLES = ("matches", "refunds")
_REFUND = ("id", "batch_id", "amount_micro", "reason", "state", "recorded_at")
_COLUMNS = (
    *("id", "booked_on", "reference", "amount_micro", "unmatched_micro"),
    *("licensee_id", "payer", "text"),
)


_HELD = (*("id", "cause", "like", "booked_on", "reference"), *("amount_micro", "payer", "text"))


def _decide(cli: Cli, told_id: str, *, enter: bool) -> None:
    with cli.client() as client:
        found = client.post(f"/v1/held-payments/{told_id}/decision", {"enter": enter})
    emit(cli, found, lambda: document(cli.lang, found))


def _show(lang: str, found: list[dict[str, Any]], columns: Sequence[str] = _COLUMNS) -> None:
    if not found:
        note(text(lang, "receipt.none"))
        return
    rows = [tuple(cell(lang, item, name) for name in columns) for item in found]
    table([text(lang, f"receipt.column.{name}") for name in columns], rows)
