"""`models`: the recognition models on this machine."""

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, progress, table
from api.web.texts import text

app = typer.Typer(help="The recognition models on this machine.", no_args_is_help=True)
COLUMNS = ("id", "dimension", "licence", "source", "sha256")


@command(app, "list")
def list_models(cli: Cli) -> None:
    """List the converted models and what they were made from."""
    from api.setup import installed_models  # noqa: PLC0415

    found = installed_models(cli.settings())
    rows = [(m["id"], m["dimension"], m["licence"], m["source"], m["sha256"][:16]) for m in found]
    emit(cli, found, lambda: table(COLUMNS, rows))


@command(app, "convert")
def convert(cli: Cli) -> None:
    """Convert the models again where their sources have changed."""
    from api.setup import convert_models  # noqa: PLC0415

    with progress(text(cli.lang, "init.models")) as bar:
        found = convert_models(cli.settings(), bar)
    rows = [(name, sha256[:16]) for name, sha256 in found.items()]
    emit(cli, found, lambda: table(("id", "sha256"), rows))
