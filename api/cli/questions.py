"""`question`: who is that? Asked once per unknown face or voice of a series, answered once."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, table
from api.web.texts import stretch, word

app = typer.Typer(help="Unknown people: one question for a whole series.", no_args_is_help=True)
FigureId = Annotated[str, typer.Argument(help="Id of the question (see `question list`).")]


@command(app, "list")
def list_questions(
    cli: Cli,
    series: Annotated[str | None, typer.Option(help="Only of this series.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Answered ones too.")] = False,
) -> None:
    """List what is to be answered."""
    with cli.client() as client:
        asked = {"series_id": series, "all": "true" if all_ else None}
        found = client.get("/v1/figures", **{k: v for k, v in asked.items() if v})
    rows = [
        (
            item["id"],
            word(cli.lang, item["modality"]),
            item["cuts"],
            _first(item),
            item["answer"] or "?",
            item["reference"] or item["performer_id"] or "",
        )
        for item in found
    ]
    columns = ("id", "part", "cuts", "newest", "answer", "")
    emit(cli, found, lambda: table(columns, rows))


@command(app, "show")
def show(cli: Cli, figure: FigureId) -> None:
    """Show where somebody was seen or heard."""
    with cli.client() as client:
        found = client.get(f"/v1/figures/{figure}")
    rows = [
        (item["trace_id"], item["cut_id"], ", ".join(stretch(span) for span in item["spans"]))
        for item in found["sightings"]
    ]
    emit(cli, found, lambda: table(("sighting", "cut", "spans"), rows))


@command(app, "answer")
def answer(
    cli: Cli,
    figure: FigureId,
    who: Annotated[
        Literal["performer", "extra", "character", "not_a_person", "licence_to_be_asked", "open"],
        typer.Argument(
            help="performer, extra (with a release), character (invented), not_a_person, "
            "licence_to_be_asked, or open to take the answer back."
        ),
    ],
    *,
    reference: Annotated[str, typer.Option(help="The extra's release, or the figure's name.")] = "",
    performer: Annotated[str, typer.Option(help="Id of the performer it is.")] = "",
    invented: Annotated[
        str, typer.Option("--figure", help="Id of your enrolled invented figure.")
    ] = "",
) -> None:
    """Say who that is; it holds for every cut of the series."""
    body = {
        "answer": who,
        "reference": reference,
        "performer_id": performer,
        "character_id": invented,
    }
    _post(cli, f"/v1/figures/{figure}/answer", body)


@command(app, "undo")
def undo(cli: Cli, figure: FigureId) -> None:
    """Take the last answer back, or the merge."""
    _post(cli, f"/v1/figures/{figure}/answer", {"answer": "open"})


@command(app, "merge")
def merge(
    cli: Cli,
    figure: FigureId,
    into: Annotated[str, typer.Argument(help="The question that it is the same as.")],
) -> None:
    """Say that two are one; the other's answer holds."""
    _post(cli, f"/v1/figures/{figure}/merge", {"into": into})


@command(app, "split")
def split(
    cli: Cli,
    figure: FigureId,
    sightings: Annotated[list[str], typer.Argument(help="Sightings that are somebody else.")],
) -> None:
    """Say that some sightings are somebody else."""
    _post(cli, f"/v1/figures/{figure}/split", {"trace_ids": sightings})


@command(app, "evidence")
def evidence(
    cli: Cli,
    figure: FigureId,
    out: Annotated[Path, typer.Option(help="Where to write the picture or sound.")],
) -> None:
    """Write the best face, or some seconds of the voice, to a file."""
    with cli.client() as client:
        out.write_bytes(client.fetch(f"/v1/figures/{figure}/evidence"))
    emit(cli, {"file": str(out)}, lambda: fields({"file": str(out)}))


def _post(cli: Cli, path: str, body: dict[str, Any]) -> None:
    with cli.client() as client:
        found = client.post(path, body)
    shown = {name: value for name, value in found.items() if name != "sightings"}
    emit(cli, found, lambda: fields(shown))


def _first(item: dict[str, Any]) -> str:
    newest = item["sightings"][0]
    return f"{newest['cut_id']} {stretch(newest['spans'][0])}" if newest["spans"] else ""
