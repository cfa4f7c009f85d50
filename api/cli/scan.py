"""`scan`: who is in this file? Matches with their evidence, without asking what is allowed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.clear import Fast, File
from api.cli.options import Cli, command
from api.cli.output import emit, note, say
from api.rates import one_in as whole_number
from api.web.texts import basis, text, timecode, word


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "scan")(scan)


def scan(
    cli: Cli,
    file: File,
    cut: Annotated[str, typer.Option("--cut", help="Id of the cut the file is for.")],
    declare: Annotated[
        Path | None,
        typer.Option("--declare", exists=True, dir_okay=False, help="Declaration file (TOML)."),
    ] = None,
    fast: Fast = None,
) -> None:
    """Find enrolled performers and unknown people in a file."""
    from api.cli.declaring import read  # noqa: PLC0415
    from api.cli.submitting import submit  # noqa: PLC0415

    declaration = None if declare is None else read(declare).declaration
    with cli.client() as client:
        submission = submit(cli, client, file, cut, declaration, fast=fast)
        findings = client.get(f"/v1/submissions/{submission['id']}/findings")
    emit(cli, findings, lambda: show(cli.lang, findings))


def show(lang: str, findings: Mapping[str, Any]) -> None:
    """Matches and unknown people, each with its time."""
    for match in findings["matches"]:
        say(_match_line(lang, match))
        if said := basis(lang, match):
            say(f"    {' · '.join(said)}")
    for person in findings["unknown"]:
        who, part = text(lang, "clearance.somebody"), word(lang, person["modality"])
        say(text(lang, "scan.unknown", time=_times(person["spans"]), who=who, part=part))
    for link in findings["known"]:
        say(_known_line(lang, link))
    if not findings["matches"] and not findings["unknown"]:
        say(text(lang, "scan.nobody"))
    for part in findings["unread"]:
        why = " ".join(text(lang, f"reason.{reason['code']}") for reason in part["reasons"])
        note(text(lang, "scan.unread", time=_times([part["span"]]), why=why))
    if findings["provisional"]:
        note(text(lang, "clearance.provisional"))


def _match_line(lang: str, match: Mapping[str, Any]) -> str:
    return text(
        lang,
        "scan.line",
        time=_times(match["spans"]),
        who=match["public_name"] or match["performer_id"],
        part=word(lang, match["modality"]),
        decision=text(lang, f"decision.{match['decision']}"),
        count=one_in(match["fpir"]),
        id=match["id"],
    )


def _known_line(lang: str, link: Mapping[str, Any]) -> str:
    return text(
        lang,
        "scan.known",
        time=_times([link["here"]]),
        part=text(lang, f"part.{link['part']}"),
        there=_times([link["there"]]),
        cut=link["known_cut_id"],
    )


def one_in(rate: float) -> str:
    """A rate as `1 in so many`, rounded to the safe side."""
    return ">10,000,000" if rate <= 1e-7 else f"{whole_number(rate):,}"


def _times(spans: list[Mapping[str, int]]) -> str:
    shown = [f"{timecode(span['start_ms'])}–{timecode(span['end_ms'])}" for span in spans[:4]]
    return ", ".join(shown) + (f" (+{len(spans) - 4})" if len(spans) > 4 else "")
