"""`evaluate` and `calibrate`: how well the engine does on one's own media, by ISO/IEC 19795."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import OUT, emit, fields, note, progress, table
from api.web.texts import text

Manifest = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="CSV with path, modality, identity, role."),
]
RATES = ("rank1", "eer")
COUNTS = ("gallery", "genuine", "impostors", "seconds")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "evaluate")(evaluate)
    command(app, "calibrate")(calibrate)


def evaluate(cli: Cli, manifest: Manifest) -> None:
    """Enrol and probe the files of a manifest and print error rates.

    A probe whose identity is not enrolled is an impostor; a file that gives no vector is a miss.
    """
    from api.tools import open_engine  # noqa: PLC0415
    from fingerprint.evaluate import evaluate as run  # noqa: PLC0415

    engine = open_engine(cli.settings())
    with progress(manifest.name) as bar:
        found = run(engine, manifest, feeding(bar)).to_json()
    emit(cli, found, lambda: show(cli.lang, found))


def calibrate(
    cli: Cli,
    manifest: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV of media.")],
    identities: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="Whose media may be used."),
    ],
    out: Annotated[Path | None, typer.Option(help="Where to write the calibration.")] = None,
) -> None:
    """Measure false match rates on people who agreed to it and write them down."""
    from fingerprint import calibrate as work  # noqa: PLC0415

    settings = cli.settings()
    document = work.run(manifest, identities, settings.models_path, out, settings.threads)
    emit(cli, document, lambda: OUT.out(work.table(document), end="", highlight=False))


def feeding(bar: Callable[[Mapping[str, Any]], None]) -> Callable[[int, int], None]:
    """The bar as something that counts files."""

    def feed(done: int, total: int) -> None:
        bar({"progress": done / max(total, 1), "note": f"{done}/{total}"})

    return feed


def show(lang: str, found: Mapping[str, Any]) -> None:
    """Rates in percent, counts, and the files that gave nothing."""
    named = {text(lang, f"evaluate.{name}"): percent(found[name]) for name in RATES}
    for limit, rate in found["fnir_at_fpir"].items():
        label = text(lang, "evaluate.fnir", fpir=percent(float(limit)))
        named[label] = percent(rate)
    named |= {text(lang, f"evaluate.{name}"): found[name] for name in COUNTS}
    fields(named)
    failed = [(item["path"], ", ".join(item["reasons"])) for item in found["failures"]]
    if failed:
        note(text(lang, "evaluate.failed", count=len(failed)))
        table([text(lang, f"evaluate.column.{name}") for name in ("file", "why")], failed)


def percent(rate: float | None) -> str:
    """A fraction of 1 in percent; a dash where nothing could be counted."""
    return "–" if rate is None else f"{rate:.2%}"
