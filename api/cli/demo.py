"""`demo`: the main job from end to end, on media made on the spot or on one's own files."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    command(app, "demo")(demo)


def demo(
    cli: Cli,
    media: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Your own files: one subfolder per performer with samples, and beside them the "
            "files to clear (default: synthetic voices and a portrait, made on the spot).",
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option(help="Where the demo's registries and media are kept.")
    ] = Path("demo-data"),
) -> None:
    """Enrol, license, clear, report views and pay, in a registry made for this run."""
    # Imported here: only this command needs the story and the packages of the `demo` extra.
    from api.demo.here import working_here  # noqa: PLC0415
    from api.demo.story import tell  # noqa: PLC0415

    with working_here():
        tell(folder.absolute(), media, cli.lang)
