"""`dataset`: may a model be trained with exactly the files of this manifest?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.clear import EXIT_CODES
from api.cli.options import Cli, command
from api.cli.output import emit, fields, table
from api.cli.termsfile import read_words

app = typer.Typer(help="Datasets to train models with.", no_args_is_help=True)


@command(app, "add")
def add(
    cli: Cli,
    manifest: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV or JSONL: path, sha256.")
    ],
    name: Annotated[str, typer.Option(help="What the dataset is called.")],
    model: Annotated[str, typer.Option(help="The model that is trained with it.")],
) -> None:
    """Register a manifest whose files were handed in with `dataset = true`."""
    body = {"name": name, "model": model, "manifest": read_words(manifest)}
    with cli.client() as client:
        found = client.post("/v1/datasets", body)
    emit(cli, found, lambda: _shown(found))
    raise typer.Exit(EXIT_CODES[found["verdict"]])


@command(app, "show")
def show(cli: Cli, dataset: Annotated[str, typer.Argument(help="Id of the dataset.")]) -> None:
    """May the model be trained with it now? Exits as `clear` does."""
    with cli.client() as client:
        found = client.get(f"/v1/datasets/{dataset}")
    emit(cli, found, lambda: _shown(found))
    raise typer.Exit(EXIT_CODES[found["verdict"]])


@command(app, "list")
def list_datasets(cli: Cli) -> None:
    """List your datasets."""
    with cli.client() as client:
        found = client.get("/v1/datasets")
    rows = [
        (item["id"], item["name"], item["model"], len(item["files"]), item["verdict"])
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "name", "model", "files", "verdict"), rows))


def _shown(found: dict[str, Any]) -> None:
    fields({name: value for name, value in found.items() if name != "files"})
    rows = [
        (item["sha256"][:16], item["submission_id"], item["verdict"]) for item in found["files"]
    ]
    table(("sha256", "submission", "verdict"), rows)
