"""`notice`: what you were told, and where it goes by mail."""

from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say, table
from api.web.texts import moment

app = typer.Typer(help="Your inbox.", no_args_is_help=True)


@command(app, "list")
def list_notices(
    cli: Cli,
    unread: Annotated[bool, typer.Option("--unread", help="Only what you have not read.")] = False,
) -> None:
    """List what you were told, newest first."""
    with cli.client() as client:
        found = [
            item
            for item in client.pages("/v1/notices", lang=cli.lang)
            if not (unread and item["read_at"])
        ]
    rows = [(item["id"], moment(cli.lang, item["at"]), item["title"]) for item in found]
    emit(cli, found, lambda: table(("id", "", ""), rows))


@command(app, "read")
def read(cli: Cli, notice: Annotated[str, typer.Argument(help="Id of the notice.")]) -> None:
    """Read one notice."""
    with cli.client() as client:
        found = client.post(f"/v1/notices/{notice}/reading?lang={cli.lang}")

    def render() -> None:
        say(found["title"])
        say(found["text"])
        for more in (found["how"], found["page"]):
            if more:
                say(more)

    emit(cli, found, render)


@command(app, "mail")
def mail(
    cli: Cli,
    address: Annotated[str, typer.Argument(help="E-mail address; without one, list them.")] = "",
    remove: Annotated[str, typer.Option(help="Id of an address to remove.")] = "",
) -> None:
    """Send notices to an address too, or list and remove such addresses."""
    with cli.client() as client:
        if remove:
            client.post(f"/v1/mail-addresses/{remove}/removal")
        if address:
            client.post("/v1/mail-addresses", {"address": address, "lang": cli.lang})
        found = client.get("/v1/mail-addresses")
    rows = [(item["id"], item["address"], item["lang"]) for item in found]
    emit(cli, found, lambda: table(("id", "address", "language"), rows))
