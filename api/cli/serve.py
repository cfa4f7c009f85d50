"""`serve` and `worker`: the service on this machine, and its hands."""

import logging
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.web.texts import text

LOG = logging.getLogger("ebenbild.api")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "serve")(serve)
    command(app, "worker")(worker)


def serve(
    cli: Cli,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port.")] = None,
    dev: Annotated[bool, typer.Option("--dev", help="Make the registry first if missing.")] = False,
    workers: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run a worker beside it.")
    ] = True,
) -> None:
    """Serve API and pages, with a worker beside them; Ctrl-C stops both."""
    from api.serving import listening  # noqa: PLC0415
    from api.serving import serve as serve_registry  # noqa: PLC0415

    settings = cli.settings()
    if dev and not settings.database_path.is_file():
        from api.setup import prepare  # noqa: PLC0415

        prepare(settings)
    address = (host or settings.server.host, settings.server.port if port is None else port)
    listeners = listening(*address)
    # Browsers bind passkeys to a name, so people are sent to the name of their own machine.
    named = "localhost" if address[0] in ("127.0.0.1", "::1") else address[0]
    where = text(cli.lang, "serve.at", host=named, port=listeners[0].getsockname()[1])
    serve_registry(settings, listeners, with_worker=workers, opened=lambda: LOG.info(where))


def worker(
    cli: Cli,
    drain: Annotated[bool, typer.Option("--drain", help="End when no job is left.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Report only faults.")] = False,
    tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False,
) -> None:
    """Carry out jobs: embed samples, scan submissions, match late enrolments."""
    from api.working import work  # noqa: PLC0415

    work(cli.settings(), drain=drain, quiet=quiet, tied=tied)
