"""`payout`: out of the books and to the bank, for whoever keeps a book."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.moneyshape import cell, document
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say, table
from api.web.texts import bank_answer, counted, reason, text

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Paying out what is owed.", no_args_is_help=True)
BatchId = Annotated[str, typer.Argument(help="Id of the batch.")]
Out = Annotated[Path, typer.Argument(help="File to write; never over a file.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]


@command(app, "accounts")
def accounts(cli: Cli) -> None:
    """List the accounts that your book pays from, and those of authorities."""
    with cli.client() as client:
        found = client.get("/v1/payout-accounts")
    columns = ("whose", "name", "iban", "bic", "version")
    emit(cli, found, lambda: table(columns, [[one[name] for name in columns] for one in found]))


@command(app, "account")
def account(
    cli: Cli,
    whose: Annotated[str, typer.Argument(help="own, or an authority such as bzst.")],
    name: Annotated[str, typer.Option(help="Name of the holder.")],
    iban: Annotated[str, typer.Option(help="IBAN, within SEPA.")],
    bic: Annotated[str, typer.Option(help="BIC, where the bank wants one.")] = "",
) -> None:
    """Name the account that your book pays from (own), or that of an authority."""
    body = {"whose": whose, "name": name, "iban": iban, "bic": bic}
    with cli.client() as client:
        found = client.post("/v1/payout-accounts", body)
    emit(cli, found, lambda: document(cli.lang, found))


@command(app, "propose")
def propose(
    cli: Cli,
    currency: Annotated[str, typer.Option(help="Currency that is paid.")] = "EUR",
    day: Annotated[str | None, typer.Option("--on", help="Day of the payment (today).")] = None,
    tax: Annotated[bool, typer.Option("--tax", help="Pay over tax that was withheld.")] = False,
) -> None:
    """Propose to pay all that is owed; a second person sends it."""
    body = {"kind": "tax" if tax else "payees", "currency": currency, "execute_on": day}
    with cli.client() as client:
        found = client.post("/v1/payout-batches", body)
        shown = _whole(client, found["id"])
        sources = _sources(cli, client, shown)
    _show(cli, shown, sources)
    note(text(cli.lang, "payout.waits", id=found["id"]))


@command(app, "list")
def list_batches(cli: Cli) -> None:
    """List the batches of your book."""
    with cli.client() as client:
        found = list(client.pages("/v1/payout-batches"))

    def render() -> None:
        columns = ("id", "kind", "state", "execute_on", "count")
        rows = [
            (
                *(cell(cli.lang, one, name) for name in columns),
                _money(cli, one["total_micro"], one["currency"]),
            )
            for one in found
        ]
        table(_titles(cli, "id", "kind", "state", "on", "count", "total"), rows)

    emit(cli, found, render)


@command(app, "show")
def show(cli: Cli, batch: BatchId) -> None:
    """Show a batch: every payment, every balance that stays, and why."""
    with cli.client() as client:
        shown = _whole(client, batch)
        sources = _sources(cli, client, shown)
    _show(cli, shown, sources)


@command(app, "approve")
def approve(cli: Cli, batch: BatchId, note: Why = "") -> None:
    """Send a batch that somebody else proposed: its file can then be fetched, once made."""
    _decide(cli, batch, approve=True, why=note)


@command(app, "reject")
def reject(cli: Cli, batch: BatchId, note: Why = "") -> None:
    """Drop a batch that somebody else proposed; everything stays owed."""
    _decide(cli, batch, approve=False, why=note)


@command(app, "file")
def file(cli: Cli, batch: BatchId, out: Out) -> None:
    """Save the file for the bank (pain.001.001.09); it is the same one each time."""
    _fetch(cli, f"/v1/payout-batches/{batch}/file", out)
    note(text(cli.lang, "payout.hand-in"))


@command(app, "list-by-hand")
def hand_list(cli: Cli, batch: BatchId, out: Out) -> None:
    """Save the list of what is paid by hand (CSV): outside of SEPA, or in another currency."""
    _fetch(cli, f"/v1/payout-batches/{batch}/list", out)


@command(app, "answer")
def answer(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The bank's answer.")],
) -> None:
    """Take in what the bank says: pain.002, camt.054, or a table (docs/payouts.md)."""
    with cli.client() as client:
        found = client.post("/v1/payout-answers", {"upload_id": client.upload(file)})

    def render() -> None:
        names = ("settled", "returned", "known", "still_open", "others")
        fields({text(cli.lang, f"payout.answer.{name}"): found[name] for name in names})
        if found["again"]:
            say(text(cli.lang, "payout.answer.again"))
        if found["returned"]:
            note(text(cli.lang, "payout.answer.back"))

    emit(cli, found, render)


@command(app, "status")
def status(
    cli: Cli,
    state: Annotated[
        list[str] | None,
        typer.Option(help="blocked, pending, sent, settled, returned or dropped (sent, returned)."),
    ] = None,
    payee: Annotated[str, typer.Option(help="Only those to this payee.")] = "",
) -> None:
    """List payouts: what the bank has not answered yet is asked about, and never sent again."""
    found: list[dict[str, Any]] = []
    with cli.client() as client:
        while True:
            page = client.get(
                "/v1/payouts",
                state=state or ["sent", "returned"],
                payee_id=payee,
                after=found[-1]["id"] if found else "",
            )
            found += page
            if not page:
                break
    emit(cli, found, lambda: _payouts(cli, found))


def _decide(cli: Cli, batch: str, *, approve: bool, why: str) -> None:
    body, path = {"approve": approve, "note": why}, f"/v1/payout-batches/{batch}"
    with cli.client() as client:
        if approve:
            note_handed_on(cli.lang, client.get(path))
        found = client.post(f"{path}/decision", body)
    emit(cli, found, lambda: document(cli.lang, found, ("id", "state", "sha256")))
    if found["single_operator"]:
        note(text(cli.lang, "stamp.single-operator"))
    if found["state"] == "SENT":
        note(text(cli.lang, "payout.fetch", id=batch))


def note_handed_on(lang: str, found: dict[str, Any]) -> None:
    """Say what of a refund performers have, before anybody sends it."""
    handed = found.get("handed_on")
    if handed:
        amount = cell(lang, {**handed, "currency": found["currency"]}, "amount_micro")
        note(counted(lang, "societypayout.handed-on", handed["performers"], amount=amount))


def _fetch(cli: Cli, path: str, out: Path) -> None:
    with cli.client() as client:
        client.download(path, out)
    done = {"file": str(out)}
    emit(cli, done, lambda: say(text(cli.lang, "payout.saved", **done)))


def _whole(client: "Client", batch: str) -> dict[str, Any]:
    """A batch with all its payments."""
    path = f"/v1/payout-batches/{batch}"
    return {**client.get(path), "payouts": list(client.pages(f"{path}/payouts"))}


def _sources(cli: Cli, client: "Client", found: dict[str, Any]) -> dict[str, str]:
    """What the runs are called of which a batch pays."""
    called = {"other": text(cli.lang, "payout.source.other")}
    for name in found["sources"]:
        if name.startswith("run_"):
            run = client.get(f"/v1/runs/{name}")
            said = {"first": run["first_month"], "last": run["last_month"]}
            called[name] = text(cli.lang, "payout.source.run", number=run["number"], **said)
    return called


def _show(cli: Cli, found: dict[str, Any], sources: dict[str, str]) -> None:
    unit = found["currency"]

    def render() -> None:
        names: tuple[str, ...] = ("id", "kind", "state", "execute_on", "count", "total_micro")
        names += ("returned_count", "returned_micro") if found["returned_count"] else ()
        names += ("left_micro",)
        document(cli.lang, found, names)
        note_handed_on(cli.lang, found)
        rows = [
            (sources.get(name, name), _money(cli, micro, unit))
            for name, micro in found["sources"].items()
        ]
        table(_titles(cli, "source", "amount"), rows)
        _payouts(cli, found["payouts"])

    emit(cli, found, render)


def _payouts(cli: Cli, found: list[dict[str, Any]]) -> None:
    rows = [
        (
            cell(cli.lang, one, "end_to_end_id"),
            _payee(cli, one),
            *(cell(cli.lang, one, name) for name in ("state", "way")),
            _money(cli, one["amount_micro"], one["currency"]),
            _why(cli, one),
        )
        for one in found
    ]
    table(_titles(cli, "reference", "payee", "state", "way", "amount", "why"), rows)


def _payee(cli: Cli, one: dict[str, Any]) -> str:
    """Who is paid, by name; the account in the book where nobody is known by one."""
    if one["heir_of"]:
        return text(cli.lang, "societypayout.heir", name=one["heir_of"])
    return str(one["payee"] or one["account"])


def _why(cli: Cli, one: dict[str, Any]) -> str:
    said = [reason(cli.lang, why) for why in one["reasons"]]
    if one["bank_code"]:
        said.append(bank_answer(cli.lang, one["bank_code"]))
    return " ".join(said)


def _titles(cli: Cli, *names: str) -> list[str]:
    return [text(cli.lang, f"payout.column.{name}") for name in names]


def _money(cli: Cli, micro: str, currency: str) -> str:
    from core.money import format as shown  # noqa: PLC0415

    return shown(int(micro), currency, cli.lang)
