"""`tax`: what was withheld, for whoever keeps a book: certificates, the list, exemptions."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.moneyshape import document
from api.cli.options import Cli, command
from api.cli.output import emit, note, say, table
from api.web.texts import text

app = typer.Typer(help="Tax that was withheld, and who is exempted.", no_args_is_help=True)
Year = Annotated[int, typer.Argument(help="Calendar year.")]
Out = Annotated[Path, typer.Argument(help="File to write; never over a file.")]
ExemptionId = Annotated[str, typer.Argument(help="Id of the certificate of exemption.")]
Why = Annotated[str, typer.Option(help="Why, for the record.")]


@command(app, "certificate")
def certificate(
    cli: Cli, payee: Annotated[str, typer.Argument(help="Id of the payee.")], year: Year, out: Out
) -> None:
    """Save the yearly certificate that your book owes a payee (PDF)."""
    _fetch(cli, f"/v1/payees/{payee}/tax-certificates/{year}?lang={cli.lang}", out)


@command(app, "list")
def tax_list(cli: Cli, year: Year, out: Out) -> None:
    """Save what your book withheld of everybody in a year, for the authority (CSV)."""
    _fetch(cli, f"/v1/tax-lists/{year}", out)


@command(app, "exemptions")
def exemptions(cli: Cli) -> None:
    """List the certificates of exemption that your book holds."""
    with cli.client() as client:
        found = client.get("/v1/tax-exemptions")
    columns = ("id", "payee_id", "certificate", "valid_from", "valid_until", "state")
    rows = [[one[name] for name in columns] for one in found]
    emit(cli, found, lambda: table([text(cli.lang, f"tax.column.{one}") for one in columns], rows))


@command(app, "exempt")
def exempt(
    cli: Cli,
    payee: Annotated[str, typer.Argument(help="Id of the payee.")],
    *,
    certificate: Annotated[str, typer.Option(help="Number of the certificate.")],
    per_cent: Annotated[str, typer.Option(help="Rate that is left, such as 0 or 5.")],
    valid_from: Annotated[str, typer.Option("--from", help="First day, such as 2026-01-01.")],
    valid_until: Annotated[str, typer.Option("--until", help="Last day.")],
) -> None:
    """Enter a certificate of exemption; a second person agrees to it."""
    body = {"payee_id": payee, "certificate": certificate, "per_cent": per_cent}
    with cli.client() as client:
        found = client.post(
            "/v1/tax-exemptions", {**body, "valid_from": valid_from, "valid_until": valid_until}
        )
    emit(cli, found, lambda: document(cli.lang, found, ("id", "approval_id")))
    note(text(cli.lang, "tax.waits", id=found["id"]))


@command(app, "approve")
def approve(cli: Cli, exemption: ExemptionId, note: Why = "") -> None:
    """Agree to a certificate of exemption that somebody else entered."""
    _decide(cli, exemption, approve=True, why=note)


@command(app, "reject")
def reject(cli: Cli, exemption: ExemptionId, note: Why = "") -> None:
    """Refuse a certificate of exemption that somebody else entered."""
    _decide(cli, exemption, approve=False, why=note)


def _decide(cli: Cli, exemption: str, *, approve: bool, why: str) -> None:
    body = {"approve": approve, "note": why}
    with cli.client() as client:
        found = client.post(f"/v1/tax-exemptions/{exemption}/decision", body)
    emit(cli, found, lambda: document(cli.lang, found, ("id", "granted_at")))


def _fetch(cli: Cli, path: str, out: Path) -> None:
    with cli.client() as client:
        client.download(path, out)
    done = {"file": str(out)}
    emit(cli, done, lambda: say(text(cli.lang, "payout.saved", **done)))
