"""Certificates that anybody may find: opened and closed by the studio, asked for by recording."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli
from api.cli.output import emit, fields, note, say, table
from api.web.texts import text

CERTIFICATE, MANIFESTS = "application/vc", "application/c2pa"
ClearanceId = Annotated[str, typer.Argument(help="Id of the decision.")]
Recording = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A film or a sound; it is not kept.")
]


def publish(cli: Cli, clearance: ClearanceId) -> None:
    """Let anybody find a certificate by its recording, once the release day is over."""
    _set(cli, clearance, "publication")


def unpublish(cli: Cli, clearance: ClearanceId) -> None:
    """Let nobody find a certificate by its recording any more."""
    _set(cli, clearance, "withdrawal")


def find(
    cli: Cli,
    file: Recording,
    out: Annotated[
        Path | None, typer.Option(help="Write the surest certificate here, to verify it.")
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(help="Write the C2PA manifests that the certified file carried here."),
    ] = None,
) -> None:
    """Which certified recording is this? Asks the registry; exit 1 when it knows none."""
    with cli.client() as client:
        found = client.send("/c2pa/matches/byContent", file)
        matches = found["matches"]
        for to, kind in ((out, CERTIFICATE), (manifest, MANIFESTS)):
            if to is not None and matches:
                path = f"/c2pa/manifests/{matches[0]['manifestId']}"
                to.write_bytes(client.fetch(path, accept=kind))
    rows = [(item["manifestId"], f"{item['similarityScore']} %") for item in matches]

    def render() -> None:
        if rows:
            table(("certificate", "of the recording found"), rows)
        else:
            note(text(cli.lang, "binding.none"))

    emit(cli, found, render)
    if not matches:
        raise typer.Exit(1)


def binding(cli: Cli, file: Recording) -> None:
    """Print the fingerprints of a recording, as the C2PA Soft Binding API takes them."""
    from api.softbinding import bindings_of, read_print  # noqa: PLC0415
    from fingerprint.content.models import Part  # noqa: PLC0415
    from fingerprint.media.limits import Limits  # noqa: PLC0415

    limits = Limits(**cli.settings().limits.model_dump())
    made = bindings_of(read_print(file, limits, tuple(Part)))

    def render() -> None:
        for alg, value in made.items():
            say(f"{alg} {value}")

    emit(cli, [{"alg": alg, "value": value} for alg, value in made.items()], render)


def _set(cli: Cli, clearance: str, act: str) -> None:
    with cli.client() as client:
        done = client.post(f"/v1/clearances/{clearance}/certificate/{act}")
    shown: dict[str, Any] = {"id": done["certificate"]["id"], "published": done["published"]}
    emit(cli, done, lambda: fields(shown))
