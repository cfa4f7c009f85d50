"""`clear`: may we release these files? One command, one answer each, one exit code.

0 cleared, 2 refused, 3 a person is needed (review, or somebody unknown), 1 something failed. The
codes are made for pipelines: only 0 may go on. Of several files the worst answer counts, and one
that fails does not keep the others back.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say, show_error, verdict
from api.web.texts import reason, text, timecode, word
from core.errors import EbenbildError

if TYPE_CHECKING:
    from api.cli.declaring import UseFile
    from api.client import Client

FAILED = 1
# From the worst to the best, whatever the numbers are.
WORST_FIRST = (FAILED, 2, 3, 0)
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
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True, dir_okay=False, help="Film, sound or still; several: a cut for each."
        ),
    ],
    declare: Annotated[
        Path,
        typer.Option("--declare", exists=True, dir_okay=False, help="Declaration file (TOML)."),
    ],
    fast: Fast = None,
) -> None:
    """May we release this file? Exits 0 cleared, 2 refused, 3 needs a person, 1 on an error."""
    from api.cli.declaring import cut_for_each, read  # noqa: PLC0415

    declared = read(declare)
    if len(files) == 1:
        with cli.client() as client:
            clearance = _answered(cli, client, files[0], declared, fast)
        emit(cli, clearance, lambda: show(cli.lang, clearance))
        raise typer.Exit(EXIT_CODES[clearance["verdict"]])
    wanted = cut_for_each(declared, files)
    with cli.client() as client:
        answers = [_tried(cli, client, file, declared, fast) for file, declared in wanted]
    emit(cli, answers, lambda: _show_each(cli.lang, answers))
    raise typer.Exit(min((_code(one) for one in answers), key=WORST_FIRST.index))


def _answered(
    cli: Cli, client: "Client", file: Path, declared: "UseFile", fast: bool | None
) -> dict[str, Any]:
    """The clearance of one file."""
    from api.cli.declaring import check_whole, find_cut  # noqa: PLC0415
    from api.cli.submitting import submit  # noqa: PLC0415

    cut_id = find_cut(client, declared)
    check_whole(client, cut_id, declared)
    submission = submit(cli, client, file, cut_id, declared.declaration, fast=fast)
    found: dict[str, Any] = client.get(f"/v1/submissions/{submission['id']}/clearance")
    return found


def _tried(
    cli: Cli, client: "Client", file: Path, declared: "UseFile", fast: bool | None
) -> dict[str, Any]:
    """One of several: its clearance, or why there is none."""
    from api import problems  # noqa: PLC0415

    try:
        return {"file": file.name, "clearance": _answered(cli, client, file, declared, fast)}
    except EbenbildError as exc:
        show_error(exc, cli.lang, as_json=cli.as_json)
        whole = {**problems.of_error(cli.lang, exc), **getattr(exc, "body", {})}
        return {"file": file.name, "problem": whole}


def _code(answer: Mapping[str, Any]) -> int:
    return EXIT_CODES[answer["clearance"]["verdict"]] if "clearance" in answer else FAILED


def _show_each(lang: str, answers: list[dict[str, Any]]) -> None:
    for one in answers:
        say("")
        if "clearance" in one:
            show(lang, one["clearance"])
        else:
            say(f"{one['file']}: {one['problem']['detail']}")


def show(lang: str, clearance: Mapping[str, Any]) -> None:
    """The verdict, why, and every span with its reasons."""
    answer = clearance["verdict"]
    verdict(answer, f"{text(lang, f'verdict.{answer}')}  {clearance['title']}")
    say(text(lang, f"clearance.sentence.{answer}"))
    for item in clearance["reasons"]:
        say(f"- {reason(lang, item)}")
    for span, following in pairwise([*clearance["spans"], None]):
        verdict(span["verdict"], span_line(lang, span))
        told = _why(lang, span)
        if following is None or _why(lang, following) != told:  # once for spans that say the same
            for sentence in told:
                say(f"    {sentence}")
    for item in clearance["warnings"]:
        note(f"{text(lang, 'clearance.warnings')}: {reason(lang, item)}")
    note(text(lang, f"clearance.next.{answer}", id=clearance["id"]))
    note(text(lang, "clearance.more", id=clearance["id"]))


def _why(lang: str, span: Mapping[str, Any]) -> list[str]:
    """A span's reasons; that thresholds are provisional is said once, of the title."""
    told = (item for item in span["reasons"] if item["code"] != "provisional-threshold")
    return [reason(lang, item) for item in told]


def span_line(lang: str, span: Mapping[str, Any]) -> str:
    """One span: time, who, part, kind of use, verdict."""
    parts = " + ".join(word(lang, part) for part in span["modalities"])
    who = span["public_name"] or text(lang, "clearance.somebody")
    when = f"{timecode(span['start_ms'])}–{timecode(span['end_ms'])}"
    verdict_word = text(lang, f"verdict.{span['verdict']}")
    return f"{when}  {who} ({parts}) · {word(lang, span['kind'])} · {verdict_word}"
