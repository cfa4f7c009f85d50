"""`clear`: may we release this file? One command, one answer, one exit code.

0 cleared, 2 refused, 3 a person is needed (review, or somebody unknown), 1 something failed. The
codes are made for pipelines: only 0 may go on.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say, verdict
from api.web.texts import reason, text, timecode, word

EXIT_CODES = {"CLEARED": 0, "REFUSED": 2, "REVIEW": 3, "UNKNOWN PERSON": 3}
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Film, sound or still.")]
Fast = Annotated[
    bool | None,
    typer.Option(
        "--fast/--thorough",
        help="Key frames first, or five frames in two seconds.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "clear")(clear)


def clear(
    cli: Cli,
    file: File,
    declare: Annotated[
        Path,
        typer.Option("--declare", exists=True, dir_okay=False, help="Declaration file (TOML)."),
    ],
    fast: Fast = None,
) -> None:
    """May we release this file? Exits 0 cleared, 2 refused, 3 needs a person, 1 on an error."""
    from api.cli.declaring import check_whole, find_cut, read  # noqa: PLC0415
    from api.cli.submitting import submit  # noqa: PLC0415

    declared = read(declare)
    with cli.client() as client:
        cut_id = find_cut(client, declared)
        check_whole(client, cut_id, declared)
        submission = submit(cli, client, file, cut_id, declared.declaration, fast=fast)
        clearance = client.get(f"/v1/submissions/{submission['id']}/clearance")
    emit(cli, clearance, lambda: show(cli.lang, clearance))
    raise typer.Exit(EXIT_CODES[clearance["verdict"]])


def show(lang: str, clearance: Mapping[str, Any]) -> None:
    """The verdict, why, and every span with its reasons."""
    answer = clearance["verdict"]
    verdict(answer, f"{text(lang, f'verdict.{answer}')}  {clearance['title']}")
    say(text(lang, f"clearance.sentence.{answer}"))
    for item in clearance["reasons"]:
        say(f"- {reason(lang, item)}")
    for span in clearance["spans"]:
        verdict(span["verdict"], span_line(lang, span))
        for item in span["reasons"]:
            # That thresholds are provisional is said once, of the title.
            if item["code"] != "provisional-threshold":
                say(f"    {reason(lang, item)}")
    for item in clearance["warnings"]:
        note(f"{text(lang, 'clearance.warnings')}: {reason(lang, item)}")
    note(text(lang, f"clearance.next.{answer}", id=clearance["id"]))
    note(text(lang, "clearance.more", id=clearance["id"]))


def span_line(lang: str, span: Mapping[str, Any]) -> str:
    """One span: time, who, part, kind of use, verdict."""
    parts = " + ".join(word(lang, part) for part in span["modalities"])
    who = span["public_name"] or text(lang, "clearance.somebody")
    when = f"{timecode(span['start_ms'])}–{timecode(span['end_ms'])}"
    verdict_word = text(lang, f"verdict.{span['verdict']}")
    return f"{when}  {who} ({parts}) · {word(lang, span['kind'])} · {verdict_word}"
