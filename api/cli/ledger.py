"""`ledger`: the book of whoever collects, its months and their closing, exchanges, the export."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.moneyshape import cell, document
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import text

app = typer.Typer(help="The books: balances, months, exchanges, export.", no_args_is_help=True)
period = typer.Typer(help="Months of a book, and closing them by two people.", no_args_is_help=True)
app.add_typer(period, name="period")
Month = Annotated[str, typer.Argument(help="Month, such as 2026-10.")]
Book = Annotated[str, typer.Option(help="A book, for the operator (your own).")]
Note = Annotated[str, typer.Option(help="Why, for the record.")]


@command(app, "trial-balance")
def trial_balance(
    cli: Cli,
    month: Annotated[str | None, typer.Option(help="Only what was posted in this month.")] = None,
    book: Book = "",
    accounts: Annotated[bool, typer.Option("--accounts", help="Show every account.")] = False,
) -> None:
    """Do the books balance? Debits and credits of each currency, or of every account."""
    with cli.client() as client:
        found = client.get("/v1/ledger/trial-balance", book=book or None, month=month)
    emit(cli, found, lambda: _show_balance(cli.lang, found, accounts))
    if not found["balanced"]:
        raise typer.Exit(1)


@command(period, "list")
def list_periods(cli: Cli, book: Book = "") -> None:
    """List the months of a book: how far each is closed, and the root that fixes it."""
    with cli.client() as client:
        found = client.get("/v1/ledger/periods", book=book or None)

    def render() -> None:
        names = ("month", "state", "transactions", "root", "leaf")
        columns = ("month", "state", "transactions", "root", "log_index")
        # How many transactions a month has is counted, and kept, as it closes.
        counted = [
            {**item, "transactions": None} if item["state"] == "OPEN" else item for item in found
        ]
        rows = [tuple(cell(cli.lang, item, name) for name in columns) for item in counted]
        table([text(cli.lang, f"ledger.column.{name}") for name in names], rows)

    emit(cli, found, render)


@command(period, "close")
def close(cli: Cli, month: Month) -> None:
    """Propose to close a month; it takes no more postings, and a second person decides."""
    with cli.client() as client:
        found = client.post(f"/v1/ledger/periods/{month}/closing")
    emit(cli, found, lambda: document(cli.lang, found))
    note(text(cli.lang, "ledger.waits", month=month))


@command(period, "approve")
def approve(cli: Cli, month: Month, note: Note = "") -> None:
    """Close a month that somebody else proposed to close; its root goes into the public log."""
    _decide(cli, month, approve=True, why=note)


@command(period, "reject")
def reject(cli: Cli, month: Month, note: Note = "") -> None:
    """Leave a month open that somebody else proposed to close."""
    _decide(cli, month, approve=False, why=note)


@command(period, "verify")
def verify(cli: Cli, month: Month) -> None:
    """Derive a closed month again and compare it with its root and with the public log."""
    with cli.client() as client:
        found = client.get(f"/v1/ledger/periods/{month}/verification")

    def render() -> None:
        fields({name: found[name] for name in ("stated", "recomputed")})
        say(text(cli.lang, "ledger.same" if found["ok"] else "ledger.differs"))

    emit(cli, found, render)
    if not found["ok"]:
        raise typer.Exit(1)


@command(app, "exchange")
def exchange(
    cli: Cli,
    account: Annotated[str, typer.Argument(help="Account, such as payable:PAYEE.")],
    amount: Annotated[str, typer.Argument(help="How much of it, as a decimal.")],
    *,
    base: Annotated[str, typer.Option("--from", help="Currency it is in, such as EUR.")],
    quote: Annotated[str, typer.Option("--to", help="Currency it becomes.")],
    rate: Annotated[str, typer.Option(help="Units of --to for one of --from, such as 1.0835.")],
    source: Annotated[str, typer.Option(help="Whose rate it is.")],
    day: Annotated[str, typer.Option(help="The day it is of, such as 2026-11-20.")],
    reference: Annotated[str, typer.Option(help="Tells two equal changes apart.")] = "",
) -> None:
    """Change currency of one account: two linked transactions at a stated rate."""
    body = {"account": account, "amount": amount, "base": base, "quote": quote, "rate": rate}
    body |= {"source": source, "day": day, "reference": reference}
    with cli.client() as client:
        found = client.post("/v1/ledger/exchanges", body)

    def render() -> None:
        from core.money import format as shown  # noqa: PLC0415

        amounts = ((found["from_micro"], base), (found["to_micro"], quote))
        first, second = (shown(int(micro), unit, cli.lang) for micro, unit in amounts)
        say(f"{found['id']} {first} = {second}")

    emit(cli, found, render)


@command(app, "undo-exchange")
def undo_exchange(
    cli: Cli,
    exchange_id: Annotated[str, typer.Argument(help="Id of the exchange.")],
    reason: Annotated[str, typer.Option(help="Why, as a code such as wrong-rate.")],
) -> None:
    """Take an exchange back: both its transactions are reversed."""
    with cli.client() as client:
        found = client.post(f"/v1/ledger/exchanges/{exchange_id}/reversal", {"reason": reason})
    emit(cli, found, lambda: table(("id",), [(item,) for item in found]))


@command(app, "export")
def export(
    cli: Cli,
    out: Annotated[Path, typer.Argument(help="File to write.")],
    form: Annotated[str, typer.Option(help="beancount, hledger, or facts.")] = "beancount",
) -> None:
    """Write the books for bean-check or hledger, or their facts to be replayed elsewhere."""
    with cli.client() as client:
        out.write_bytes(client.fetch("/v1/ledger/export", form=form))
    done = {"file": str(out), "form": form}
    emit(cli, done, lambda: say(text(cli.lang, "ledger.exported", **done)))


@command(app, "replay")
def replay(
    cli: Cli,
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="Facts (your own book).")
    ] = None,
) -> None:
    """Book facts again in an empty database, without a registry: do the same roots come out?"""
    if file is None:
        with cli.client() as client:
            found = client.get("/v1/ledger/replay")
    else:
        from api.replaying import replay_apart, replayed_to_dict  # noqa: PLC0415

        with file.open(encoding="utf-8") as lines:
            found = replayed_to_dict(replay_apart(lines))
    emit(cli, found, lambda: _show_replay(cli.lang, found))
    if not found["same"]:
        raise typer.Exit(1)


def _show_replay(lang: str, found: dict[str, Any]) -> None:
    names = ("month", "stated", "recomputed")
    rows = [
        (item["month"] or text(lang, "ledger.whole"), item["stated"], item["recomputed"])
        for item in found["roots"]
    ]
    table([text(lang, f"ledger.column.{name}") for name in names], rows)
    heads = ("line", "what", "stated", "recomputed")
    wrong = [tuple(str(one[name]) for name in heads) for one in found["differences"]]
    if wrong:
        table([text(lang, f"ledger.column.{name}") for name in heads], wrong)
    say(text(lang, "ledger.replayed" if found["same"] else "ledger.replayed-otherwise", **found))


def _decide(cli: Cli, month: str, *, approve: bool, why: str) -> None:
    body: dict[str, Any] = {"approve": approve, "note": why}
    with cli.client() as client:
        found = client.post(f"/v1/ledger/periods/{month}/decision", body)
    emit(cli, found, lambda: document(cli.lang, found))
    if found["single_operator"]:
        note(text(cli.lang, "stamp.single-operator"))


def _show_balance(lang: str, found: dict[str, Any], accounts: bool) -> None:
    from core.money import format as shown  # noqa: PLC0415

    def figures(item: dict[str, Any]) -> tuple[str, ...]:
        sides = ("debits_micro", "credits_micro", "net_micro")
        return tuple(shown(int(item[name]), item["currency"], lang) for name in sides)

    sides = [text(lang, f"books.{name}") for name in ("postings", "debits", "credits", "net")]
    if accounts:
        rows = [(item["account"], item["postings"], *figures(item)) for item in found["accounts"]]
        table([text(lang, "ledger.column.account"), *sides], rows)
    else:
        rows = [
            (item["currency"], item["postings"], *figures(item)) for item in found["currencies"]
        ]
        table([text(lang, "books.currency"), *sides], rows)
    say(text(lang, "books.balanced" if found["balanced"] else "books.broken"))
