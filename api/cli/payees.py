"""`payee`: whom money is paid to, and where; for performers, guardians, heirs and agents."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, say
from api.web.texts import text

app = typer.Typer(help="Whom money is paid to, and where.", no_args_is_help=True)
PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
Heir = Annotated[str | None, typer.Option(help="Id of an heir, where the performer has died.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]


@command(app, "show")
def show(cli: Cli, performer: PerformerId, heir: Heir = None) -> None:
    """Show whom a performer's money is paid to; of accounts only the last characters."""
    with cli.client() as client:
        _print(cli, client.get(f"/v1/performers/{performer}/payee", heir_id=heir))


@command(app, "set")
def change(
    cli: Cli,
    performer: PerformerId,
    *,
    name: Annotated[str | None, typer.Option(help="Name of the holder of the account.")] = None,
    street: Annotated[str | None, typer.Option(help="Street without number.")] = None,
    building: Annotated[str | None, typer.Option(help="Number of the house.")] = None,
    post_code: Annotated[str | None, typer.Option(help="Post code.")] = None,
    town: Annotated[str | None, typer.Option(help="Town.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of the address, as DE.")] = None,
    iban: Annotated[str | None, typer.Option(help="IBAN of the account.")] = None,
    bic: Annotated[str | None, typer.Option(help="BIC; only outside of SEPA.")] = None,
    account: Annotated[str | None, typer.Option(help="Account where there are no IBANs.")] = None,
    residence: Annotated[str | None, typer.Option(help="Country that taxes you, as DE.")] = None,
    treaty: Annotated[
        bool | None,
        typer.Option("--treaty/--no-treaty", help="A tax treaty with that country covers you."),
    ] = None,
    tax_number: Annotated[str | None, typer.Option(help="Tax number there.")] = None,
    vat: Annotated[
        str | None,
        typer.Option(help="Your value added tax: none (no business), small, reduced, standard."),
    ] = None,
    vat_id: Annotated[str | None, typer.Option("--vat-id", help="VAT id, as DE...")] = None,
    heir: Heir = None,
) -> None:
    """Change whom and where to money is paid; what is not named stays, "" takes it away."""
    asked = {
        "name": name,
        "street": street,
        "building": building,
        "post_code": post_code,
        "town": town,
        "country": country,
        "iban": iban,
        "bic": bic,
        "account": account,
        "residence": residence,
        "treaty": treaty,
        "tax_number": tax_number,
        "vat": vat,
        "vat_id": vat_id,
    }
    with cli.client() as client:
        found = client.post(_path(performer, "", heir), asked)
    _print(cli, found)


@command(app, "approve")
def approve(cli: Cli, performer: PerformerId, heir: Heir = None, note: Why = "") -> None:
    """Agree, as a second person, to details of a minor or of an heir."""
    _decide(cli, performer, heir, approve=True, why=note)


@command(app, "reject")
def reject(cli: Cli, performer: PerformerId, heir: Heir = None, note: Why = "") -> None:
    """Refuse details of a minor or of an heir that somebody else proposed."""
    _decide(cli, performer, heir, approve=False, why=note)


@command(app, "certificate")
def certificate(
    cli: Cli,
    performer: PerformerId,
    year: Annotated[int, typer.Argument(help="Calendar year.")],
    out: Annotated[Path, typer.Argument(help="File to write (PDF); never over a file.")],
    *,
    heir: Heir = None,
    book: Annotated[str, typer.Option(help="Who withheld it, where several did.")] = "",
) -> None:
    """Save the certificate of tax that was withheld in a year."""
    asked = {"heir_id": heir, "book": book or None, "lang": cli.lang}
    query = urlencode({name: value for name, value in asked.items() if value})
    with cli.client() as client:
        path = f"/v1/performers/{performer}/payee/tax-certificates/{year}?{query}"
        client.download(path, out)
    done = {"file": str(out)}
    emit(cli, done, lambda: say(text(cli.lang, "payout.saved", **done)))


def _decide(cli: Cli, performer: str, heir: str | None, *, approve: bool, why: str) -> None:
    with cli.client() as client:
        found = client.post(_path(performer, "/decision", heir), {"approve": approve, "note": why})
    _print(cli, found)


def _path(performer: str, rest: str, heir: str | None) -> str:
    return f"/v1/performers/{performer}/payee{rest}" + (f"?heir_id={heir}" if heir else "")


def _print(cli: Cli, found: dict[str, Any]) -> None:
    def render() -> None:
        fields({"payee": found["payee_id"]})
        for name in ("current", "cooling", "waiting"):
            if found[name] is not None:
                _version(cli.lang, name, found[name])

    emit(cli, found, render)
    if not cli.as_json and not any(found[name] for name in ("current", "cooling", "waiting")):
        note(text(cli.lang, "payee.none-erased" if found["erased"] else "payee.none"))


def _version(lang: str, name: str, item: dict[str, Any]) -> None:
    note(text(lang, f"payee.{name}", since=item["effective_at"] or "", number=item["version"]))
    known = {key: value for key, value in (item["details"] or {}).items() if value != ""}
    fields(known)
