"""`webhook`: where your programs are told of events, and what became of each message."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import text

EndpointId = Annotated[str, typer.Argument(help="Id of the endpoint.")]
app = typer.Typer(help="Tell your programs of events.", no_args_is_help=True)


@command(app, "add")
def add(
    cli: Cli,
    url: Annotated[str, typer.Argument(help="Where events are sent, as https://.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="use.found, licence.*, notice.* ...; repeatable; default: all."),
    ] = None,
    scheme: Annotated[
        str, typer.Option(help="v1: a shared secret; v1a: a key that only the registry holds.")
    ] = "v1",
) -> None:
    """Add an endpoint and print what its receiver verifies by, once."""
    with cli.client() as client:
        made = client.post("/v1/webhooks", {"url": url, "kinds": kind or ["*"], "scheme": scheme})
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "webhook.key-once"))


@command(app, "list")
def list_webhooks(cli: Cli) -> None:
    """List your endpoints."""
    with cli.client() as client:
        found = client.get("/v1/webhooks")
    rows = [(item["id"], item["url"], ", ".join(item["kinds"]), item["disabled"]) for item in found]
    emit(cli, found, lambda: table(("id", "url", "kinds", "disabled"), rows))


@command(app, "rotate")
def rotate(cli: Cli, endpoint: EndpointId) -> None:
    """Give an endpoint a new key and print it, once; for a day both keys sign."""
    with cli.client() as client:
        made = client.post(f"/v1/webhooks/{endpoint}/rotation")
    emit(cli, made, lambda: fields(made))
    note(text(cli.lang, "webhook.key-once"))


@command(app, "enable")
def enable(cli: Cli, endpoint: EndpointId) -> None:
    """Use an endpoint again that was disabled."""
    _change(cli, f"/v1/webhooks/{endpoint}/activation")


@command(app, "remove")
def remove(cli: Cli, endpoint: EndpointId) -> None:
    """Forget an endpoint, its messages and its key."""
    _change(cli, f"/v1/webhooks/{endpoint}/removal")


@command(app, "log")
def log(
    cli: Cli,
    endpoint: Annotated[str | None, typer.Argument(help="Only messages to this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 50,
) -> None:
    """List the newest messages and what became of them."""
    with cli.client() as client:
        found = client.get("/v1/deliveries", target=endpoint, limit=limit)["items"]
    columns = ("id", "kind", "target_id", "state", "attempts", "fault", "due_at")
    rows = [[item[name] for name in columns] for item in found]
    emit(cli, found, lambda: table(columns, rows))


@command(app, "resend")
def resend(
    cli: Cli, message: Annotated[str, typer.Argument(help="Id of the message, of `webhook log`.")]
) -> None:
    """Send a message again that arrived or was given up."""
    _change(cli, f"/v1/deliveries/{message}/retry")


def _change(cli: Cli, path: str) -> None:
    with cli.client() as client:
        found: dict[str, Any] = client.post(path)
    emit(cli, found, lambda: fields(found))
