"""`evaluate` and `calibrate`: how well the engine does on one's own media, by ISO/IEC 19795."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import OUT, emit, fields, note, progress, table
from api.web.evaluation import length, percent, rate_at
from api.web.texts import text, word

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


def evaluate(
    cli: Cli,
    manifest: Manifest,
    by: Annotated[
        list[str] | None,
        typer.Option(help="Column to tell the trial apart by; may be given several times."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the result as an HTML page too.")
    ] = None,
    encoder: Annotated[
        list[str] | None, typer.Option(help="An added encoder, NAME@VERSION; may be repeated.")
    ] = None,
) -> None:
    """Enrol and probe the files of a manifest and print error rates.

    A probe whose identity is not enrolled is an impostor; a file that gives no vector is a miss.
    Columns named condition, system, language or style tell the trial apart without being named.
    """
    from api.tools import open_engine  # noqa: PLC0415
    from api.web.evaluation import page as rendered  # noqa: PLC0415
    from fingerprint import opening  # noqa: PLC0415
    from fingerprint.evaluate import evaluate as run  # noqa: PLC0415
    from fingerprint.media.forking import forking  # noqa: PLC0415

    settings = cli.settings()
    with forking(), progress(manifest.name) as bar:
        engine = open_engine(settings, opening.named(settings.models_path, encoder or ()))
        found = run(engine, manifest, feeding(bar), by=by).to_json()
    if page is not None:
        page.write_text(rendered(found, lang=cli.lang, manifest=manifest.name), encoding="utf-8")
    emit(cli, found, lambda: show(cli.lang, found))
    if page is not None:
        note(text(cli.lang, "evaluate.written", path=page))


def calibrate(
    cli: Cli,
    manifest: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV of media.")],
    identities: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="Whose media may be used."),
    ],
    out: Annotated[Path | None, typer.Option(help="Where to write the calibration.")] = None,
    encoder: Annotated[
        list[str] | None, typer.Option(help="An added encoder, NAME@VERSION; may be repeated.")
    ] = None,
) -> None:
    """Measure false match rates on people who agreed to it and write them down."""
    from fingerprint import calibrate as work  # noqa: PLC0415

    settings = cli.settings()
    document = work.run(
        manifest,
        identities,
        settings.models_path,
        out,
        threads=settings.threads,
        encoders=encoder or (),
    )
    emit(cli, document, lambda: OUT.out(work.table(document), end="", highlight=False))


def feeding(bar: Callable[[Mapping[str, Any]], None]) -> Callable[[int, int], None]:
    """The bar as something that counts files."""

    def feed(done: int, total: int) -> None:
        bar({"progress": done / max(total, 1), "note": f"{done}/{total}"})

    return feed


def show(lang: str, found: Mapping[str, Any]) -> None:
    """Rates in percent, counts, tables per modality, and the files that gave nothing."""
    named = {text(lang, f"evaluate.{name}"): percent(found[name], lang) for name in RATES}
    for limit in found["fnir_at_fpir"]:
        label = text(lang, "evaluate.fnir", fpir=percent(float(limit), lang))
        named[label] = rate_at(found, limit, lang)
    named |= {text(lang, f"evaluate.{name}"): found[name] for name in COUNTS}
    fields(named)
    for modality, part in (found.get("by_modality") or {"": found}).items():
        if modality:
            note(word(lang, modality))
        groups(lang, part)
    failed = [(item["path"], ", ".join(item["reasons"])) for item in found["failures"]]
    if failed:
        note(text(lang, "evaluate.failed", count=len(failed)))
        table([text(lang, f"evaluate.column.{name}") for name in ("file", "why")], failed)


def groups(lang: str, part: Mapping[str, Any]) -> None:
    """A modality's rates per length of evidence and per condition."""
    lengths = {length(row, lang): row for row in part["lengths"]}
    if len(lengths) > 1:
        note(text(lang, "evaluate.by_length"))
        group(lang, part, lengths)
    for column, rows in part["conditions"].items():
        note(text(lang, "evaluate.by", column=column))
        group(lang, part, rows)


def group(lang: str, part: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> None:
    """One table: a row per group."""
    limits = [limit for limit in part["measurable"] if part["measurable"][limit]]
    heads = [text(lang, f"evaluate.column.{name}") for name in ("group", "probes")]
    heads += [text(lang, "evaluate.rank1")]
    heads += [f"FNIR @ FPIR {percent(float(limit), lang)}" for limit in limits]
    shown = [
        (
            name,
            row["genuine"],
            percent(row["rank1"], lang),
            *(percent(row["fnir_at_fpir"][limit], lang) for limit in limits),
        )
        for name, row in rows.items()
    ]
    table(heads, shown)
