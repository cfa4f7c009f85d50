"""`work` and `cut`: titles and their concrete versions."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, table
from api.web.texts import stretch

works = typer.Typer(help="Titles: universe, series, season, episode.", no_args_is_help=True)
cuts = typer.Typer(help="Concrete versions of a work.", no_args_is_help=True)


@command(works, "add")
def add_work(
    cli: Cli,
    title: Annotated[str, typer.Argument(help="What the work is called.")],
    level: Annotated[str, typer.Option(help="universe, series, season or episode.")] = "series",
    parent: Annotated[str | None, typer.Option(help="Id of the work above it.")] = None,
) -> None:
    """Add a work (a film is a work at level series without seasons)."""
    with cli.client() as client:
        body = {"title": title, "level": level, "parent_id": parent}
        work = client.post("/v1/works", body)
    emit(cli, work, lambda: fields(work))


@command(works, "list")
def list_works(cli: Cli) -> None:
    """List your works."""
    with cli.client() as client:
        found = list(client.pages("/v1/works"))
    rows = [(work["id"], work["level"], work["title"], work["parent_id"]) for work in found]
    emit(cli, found, lambda: table(("id", "level", "title", "part of"), rows))


@command(works, "declare")
def declare(
    cli: Cli,
    work: Annotated[str, typer.Argument(help="Id of the series, season, episode or film.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Declaration (TOML).")],
) -> None:
    """Declare once for everything below a work: release, cast, what a machine made."""
    from api.cli.declaring import read  # noqa: PLC0415

    body = {"declaration": dict(read(file).declaration)}
    with cli.client() as client:
        found = client.post(f"/v1/works/{work}/declaration", body)
    emit(cli, found, lambda: fields(found["declaration"]))


@command(cuts, "add")
def add_cut(
    cli: Cli,
    work: Annotated[str, typer.Argument(help="Id of the work.")],
    label: Annotated[str, typer.Argument(help="What the cut is called, such as Episode 12.")],
    format_: Annotated[
        str, typer.Option("--format", help="feature, horizontal, vertical, trailer or dub.")
    ] = "feature",
    language: Annotated[str, typer.Option(help="BCP 47 tag, such as de or en-GB.")] = "und",
) -> None:
    """Add a cut of a work."""
    with cli.client() as client:
        body = {"label": label, "format": format_, "language": language}
        cut = client.post(f"/v1/works/{work}/cuts", body)
    emit(cli, cut, lambda: fields(cut))


@command(cuts, "list")
def list_cuts(
    cli: Cli, work: Annotated[str | None, typer.Option(help="Only of this work.")] = None
) -> None:
    """List your cuts."""
    with cli.client() as client:
        found = list(client.pages("/v1/cuts", work_id=work))
    rows = [(cut["id"], cut["label"], cut["format"], cut["language"]) for cut in found]
    emit(cli, found, lambda: table(("id", "label", "format", "language"), rows))


@command(cuts, "links")
def list_links(cli: Cli, cut: Annotated[str, typer.Argument(help="Id of the cut.")]) -> None:
    """List the stretches of a cut that are in your other cuts."""
    with cli.client() as client:
        found = client.get(f"/v1/cuts/{cut}/links")
    rows = [
        (
            link["part"],
            f"{link['cut_id']} {stretch(link['here'])}",
            f"{link['known_cut_id']} {stretch(link['there'])}",
            f"{link['speed']:.3f}",
            "same file" if link["identical"] else "mirrored" if link["mirrored"] else "",
        )
        for link in found
    ]
    emit(cli, found, lambda: table(("part", "stretch", "is in", "speed", ""), rows))


@command(cuts, "discard")
def discard_file(
    cli: Cli, submission: Annotated[str, typer.Argument(help="Id of the submission.")]
) -> None:
    """Delete the file of a submission; what was found in it stays."""
    with cli.client() as client:
        found = client.post(f"/v1/submissions/{submission}/media/removal")
    emit(cli, found, lambda: fields(found))


@command(cuts, "identify")
def identify(
    cli: Cli,
    cut: Annotated[str, typer.Argument(help="Id of the cut.")],
    scheme: Annotated[str, typer.Argument(help="isan, eidr, isrc or title_id.")],
    value: Annotated[str, typer.Argument(help="As it is written; title_id as youtube:NDH1bGn.")],
) -> None:
    """Say what the world calls a cut, so that usage reports may name it by that."""
    with cli.client() as client:
        made = client.post(f"/v1/cuts/{cut}/identifiers", {"scheme": scheme, "value": value})
    emit(cli, made, lambda: fields(made))


@command(cuts, "identifiers")
def identifiers(cli: Cli, cut: Annotated[str, typer.Argument(help="Id of the cut.")]) -> None:
    """List what the world calls a cut."""
    with cli.client() as client:
        found = client.get(f"/v1/cuts/{cut}/identifiers")
    rows = [(item["id"], item["scheme"], item["value"]) for item in found]
    emit(cli, found, lambda: table(("id", "scheme", "value"), rows))


@command(cuts, "unidentify")
def unidentify(
    cli: Cli,
    cut: Annotated[str, typer.Argument(help="Id of the cut.")],
    identifier: Annotated[str, typer.Argument(help="Id of the identifier.")],
) -> None:
    """Take an identifier from a cut; usage that was taken in by it stays."""
    with cli.client() as client:
        gone = client.post(f"/v1/cuts/{cut}/identifiers/{identifier}/removal")
    emit(cli, gone, lambda: fields(gone))
