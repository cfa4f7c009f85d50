"""`figure`: invented figures of a studio, those like one's performers, and what others decide."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.asking import Yes, sure
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, progress, table
from api.web.texts import reason, text, word

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(
    help="Invented figures: enrolled by their studio, nobody's likeness.", no_args_is_help=True
)
FigureId = Annotated[str, typer.Argument(help="Id of the figure (see `figure list`).")]
Performer = Annotated[str, typer.Option(help="Id of your performer.")]
Voices = Annotated[
    list[Path] | None,
    typer.Option("--voice", exists=True, dir_okay=False, help="File with its voice; repeatable."),
]
Faces = Annotated[
    list[Path] | None,
    typer.Option("--face", exists=True, dir_okay=False, help="File with its face; repeatable."),
]


@command(app, "add")
def add(
    cli: Cli,
    name: Annotated[str, typer.Argument(help="What the figure is called.")],
    *,
    made_by: Annotated[str, typer.Option(help="Who made it.")],
    tool: Annotated[str, typer.Option(help="With which tool.")],
    model: Annotated[str, typer.Option(help="With which model, and its version.")],
    said: Annotated[str, typer.Option("--note", help="What else is to be said.")] = "",
    voice: Voices = None,
    face: Faces = None,
    yes: Yes = False,
) -> None:
    """State that a figure is invented and copies nobody, and enrol its voice or face."""
    sure(text(cli.lang, "figure.state", name=name), yes=yes)
    body = {"name": name, "made_by": made_by, "tool": tool, "model": model, "note": said}
    with cli.client() as client:
        made = client.post("/v1/characters", {**body, "copies_nobody": True})
        found = _hand_in(cli, client, made["id"], voice or [], face or [])
    _emit(cli, found)


@command(app, "media")
def media(cli: Cli, figure: FigureId, *, voice: Voices = None, face: Faces = None) -> None:
    """Hand in more of a figure's voice or face."""
    with cli.client() as client:
        found = _hand_in(cli, client, figure, voice or [], face or [])
    _emit(cli, found)


@command(app, "list")
def list_figures(cli: Cli) -> None:
    """List your invented figures, ended ones too."""
    with cli.client() as client:
        found = list(client.pages("/v1/characters"))
    rows = [
        (
            item["id"],
            item["name"],
            " + ".join(word(cli.lang, part) for part in item["parts"]),
            _state(cli.lang, item),
        )
        for item in found
    ]
    emit(cli, found, lambda: table(_names(cli.lang, "id", "name", "part", "state"), rows))


@command(app, "show")
def show(cli: Cli, figure: FigureId) -> None:
    """Show a figure, what was stated about it, and what its files gave."""
    with cli.client() as client:
        found = client.get(f"/v1/characters/{figure}")
    _emit(cli, found)


@command(app, "withdraw")
def withdraw(cli: Cli, figure: FigureId, *, yes: Yes = False) -> None:
    """End a figure: what it was made of is erased, and it clears nothing any more."""
    sure(text(cli.lang, "figure.end"), yes=yes)
    with cli.client() as client:
        found = client.post(f"/v1/characters/{figure}/withdrawal")
    emit(cli, found, lambda: fields(_plain(cli.lang, found)))


@command(app, "alike")
def alike(cli: Cli) -> None:
    """List invented figures of studios that are like your performers."""
    with cli.client() as client:
        found = list(client.pages("/v1/character-likenesses"))
    rows = [
        (
            item["figure_id"],
            item["performer_id"],
            word(cli.lang, item["modality"]),
            item["studio"],
            text(cli.lang, f"figure.dispute.{_dispute(item)}"),
        )
        for item in found
    ]
    columns = _names(cli.lang, "id", "performer", "part", "studio", "dispute")
    emit(cli, found, lambda: table(columns, rows))


@command(app, "dispute")
def dispute(
    cli: Cli,
    figure: FigureId,
    *,
    performer: Performer,
    undo: Annotated[bool, typer.Option("--undo", help="Take your dispute back.")] = False,
) -> None:
    """Say that a figure is your performer: it clears nothing until that is settled."""
    address = f"/v1/characters/{figure}/disputes{'/withdrawal' if undo else ''}"
    with cli.client() as client:
        found = client.post(address, {"performer_id": performer})
    emit(cli, found, lambda: fields(found))


@command(app, "waiting")
def waiting(cli: Cli) -> None:
    """List figures that wait for somebody from outside; for attesters."""
    with cli.client() as client:
        found = list(client.pages("/v1/character-decisions"))
    rows = [
        (
            item["id"],
            item["name"],
            item["studio"],
            text(cli.lang, f"figure.waits.{'disputed' if item['disputed'] else 'held'}"),
            ", ".join(item["performers"]),
        )
        for item in found
    ]
    columns = _names(cli.lang, "id", "name", "studio", "why", "performer")
    emit(cli, found, lambda: table(columns, rows))


@command(app, "decide")
def decide(
    cli: Cli,
    figure: FigureId,
    decision: Annotated[
        Literal["allow", "refuse", "uphold", "dismiss"],
        typer.Argument(
            help="allow or refuse a figure that is held; uphold or dismiss a dispute about one."
        ),
    ],
) -> None:
    """Decide on a figure that is held or disputed; for attesters from outside both sides."""
    with cli.client() as client:
        found = client.post(f"/v1/characters/{figure}/decision", {"decision": decision})
    emit(cli, found, lambda: fields(found))


def _hand_in(
    cli: Cli, client: "Client", figure: str, voices: list[Path], faces: list[Path]
) -> dict[str, Any]:
    wanted = [(path, "voice") for path in voices] + [(path, "face") for path in faces]
    jobs = []
    for path, modality in wanted:
        body = {"upload_id": client.upload(path), "modality": modality}
        jobs.append(client.post(f"/v1/characters/{figure}/files", body)["id"])
    for job, (path, modality) in zip(jobs, wanted, strict=True):
        with progress(f"{path.name} ({word(cli.lang, modality)})") as bar:
            client.wait(job, bar)
    found: dict[str, Any] = client.get(f"/v1/characters/{figure}")
    return found


def _emit(cli: Cli, found: dict[str, Any]) -> None:
    def render() -> None:
        fields(_plain(cli.lang, found))
        for item in found["files"]:
            why = " ".join(reason(cli.lang, told) for told in item["reasons"])
            taken = {True: "enrol.accepted", False: "enrol.refused", None: "figure.looking"}
            shown = f"{word(cli.lang, item['modality'])}: {text(cli.lang, taken[item['accepted']])}"
            note(f"{shown} {why}".strip())
        note(text(cli.lang, f"figure.next.{found['state']}", until=found["notice_until"] or ""))

    emit(cli, found, render)


def _plain(lang: str, found: dict[str, Any]) -> dict[str, Any]:
    said = found.get("statement") or {}
    return {
        "id": found["id"],
        "name": found["name"],
        "state": _state(lang, found),
        "parts": " + ".join(word(lang, part) for part in found["parts"]),
        **{name: value for name, value in said.items() if value},
        "statement": found["statement_sha256"],
    }


def _state(lang: str, item: dict[str, Any]) -> str:
    return text(lang, f"figure.state.{'disputed' if item['disputed'] else item['state']}")


def _dispute(item: dict[str, Any]) -> str:
    if item["outcome"]:
        return str(item["outcome"])
    if item["over"]:
        return "over"
    return "open" if item["disputed_at"] else "none"


def _names(lang: str, *names: str) -> list[str]:
    return [text(lang, f"figure.column.{name}") for name in names]
