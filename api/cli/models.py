"""`models`: the recognition models on this machine, and encoders of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, progress, say, table
from api.web.texts import text
from core.errors import Unavailable

app = typer.Typer(help="The recognition models on this machine.", no_args_is_help=True)
COLUMNS = ("id", "version", "modality", "front_end", "licence", "in_use", "calibration", "prints")
CONVERTED = ("id", "sha256")


@command(app, "list")
def list_models(cli: Cli) -> None:
    """List the models, which encoders are in use and measured, and how many prints they made."""
    from api.encoders import installed_models  # noqa: PLC0415

    found = installed_models(cli.settings())
    rows = [(*(_shown(item.get(name)) for name in COLUMNS), item["sha256"][:16]) for item in found]
    heads = [text(cli.lang, f"models.{name}") for name in (*COLUMNS, "sha256")]
    emit(cli, found, lambda: table(heads, rows))


@command(app, "add")
def add_model(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The ONNX file.")],
    *,
    name: Annotated[str, typer.Option(help="What to call it; small letters.")],
    version: Annotated[str, typer.Option(help="Its version.")],
    front_end: Annotated[
        str,
        typer.Option(help="mel40, fbank80, fbank80-hamming, chip150 or align112."),
    ],
    licence: Annotated[str, typer.Option(help="SPDX id, or its own words.")],
    source: Annotated[str, typer.Option(help="Where it came from.")] = "",
    modality: Annotated[
        str | None, typer.Option(help="voice or face; checked against the front end.")
    ] = None,
    window_ms: Annotated[
        int, typer.Option(min=200, max=20_000, help="Speech behind one voice vector.")
    ] = 1600,
    pixel_mean: Annotated[float, typer.Option(help="Taken off each pixel of 0 to 255.")] = 127.5,
    pixel_scale: Annotated[float, typer.Option(help="What that is divided by.")] = 127.5,
) -> None:
    """Try an encoder of one's own and keep a copy of it; `models use` then makes it serve."""
    from api.encoders import add  # noqa: PLC0415

    _check(front_end, modality)
    declared = {
        "name": name,
        "version": version,
        "front_end": front_end,
        "licence": licence,
        "source": source or file.name,
        "window_ms": window_ms,
        "pixel_mean": pixel_mean,
        "pixel_scale": pixel_scale,
    }
    kept = add(cli.settings(), file, declared)
    shown = {"id": kept.model_id, "dimension": kept.dimension, "licence": kept.licence}
    shown |= {"sha256": kept.sha256, "calibration": kept.calibration}
    emit(cli, shown, lambda: fields(shown))


@command(app, "use")
def use_model(
    cli: Cli,
    model: Annotated[str, typer.Argument(help="NAME@VERSION, or the id of a shipped encoder.")],
    leave_behind: Annotated[
        bool,
        typer.Option("--leave-behind", help="Go on though some prints cannot be made anew."),
    ] = False,
) -> None:
    """Make all kept prints anew with an encoder, measure it, and only then let it serve."""
    with cli.client() as client:
        body = {"model_id": model, "leave_behind": leave_behind}
        job = client.post("/v1/encoder-changes", body)
        with progress(text(cli.lang, "models.making")) as bar:
            ended = client.wait(job["id"], bar)
        found = next(item for item in client.get("/v1/encoders") if item["model_id"] == model)
    if ended["state"] != "done":
        fault = ended["error"] or {"message": ended["state"], "next_step": ""}
        raise Unavailable(fault["message"], next_step=fault["next_step"])
    line = text(cli.lang, "models.in_use_now", model=model, prints=found["prints"])
    emit(cli, found, lambda: say(f"{line} {text(cli.lang, 'models.' + found['calibration'])}"))


@command(app, "convert")
def convert(cli: Cli) -> None:
    """Convert the shipped models again where their sources have changed."""
    from api.setup import convert_models  # noqa: PLC0415

    with progress(text(cli.lang, "init.models")) as bar:
        found = convert_models(cli.settings(), bar)
    rows = [(name, sha256[:16]) for name, sha256 in found.items()]
    emit(cli, found, lambda: table(CONVERTED, rows))


def _check(front_end: str, modality: str | None) -> None:
    from fingerprint.frontends import FrontEnd  # noqa: PLC0415

    if front_end not in set(FrontEnd):
        raise typer.BadParameter(f"{front_end}: choose from {', '.join(FrontEnd)}.")
    if modality not in (None, FrontEnd(front_end).modality):
        raise typer.BadParameter(f"{front_end} is a front end for the other modality.")


def _shown(value: object) -> object:
    return {True: "yes", False: ""}.get(value, value) if isinstance(value, bool) else value
