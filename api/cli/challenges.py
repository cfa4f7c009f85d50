"""`challenge`: live proofs from a terminal: words that appear one by one, movements, answers."""

import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say
from api.web.texts import reason, text
from core.errors import BadInput

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(help="Live proofs: say a phrase, turn the head.", no_args_is_help=True)

_LOOK_SECONDS = 0.1
_LAST_WORD_SECONDS = 1.8  # from when it appears until it is said
_STOP_SECONDS = 5
FILE = "{file}"

Enrolment = Annotated[str, typer.Argument(help="Id of the enrolment.")]
Challenge = Annotated[str, typer.Argument(help="Id of the challenge.")]
Language = Annotated[str, typer.Option(help="Of the words: en or de.")]
Record = Annotated[
    str,
    typer.Option(
        help="Program that records until it is stopped, with {file} for where it writes, e.g. "
        "'arecord -q -f S16_LE -r 16000 {file}', or with --film 'ffmpeg -loglevel error -f v4l2 -i "
        "/dev/video0 -f alsa -i default {file}'. Without one you record with what you have."
    ),
]


@command(app, "phrase")
def phrase(
    cli: Cli,
    enrolment: Enrolment,
    *,
    language: Language = "en",
    record: Record = "",
    film: Annotated[bool, typer.Option("--film", help="--record writes a film (.mkv).")] = False,
) -> None:
    """Say words as they appear; the recording is handed in at once and judged."""
    if record and FILE not in shlex.split(record):
        raise BadInput(
            "The program that records is not told where to write.",
            next_step=f"Put {FILE} where it takes the name of the file.",
        )
    with cli.client() as client, TemporaryDirectory() as folder:
        body = {"kind": "phrase", "language": language}
        asked = client.post(f"/v1/enrolments/{enrolment}/challenges", body)
        note(text(cli.lang, "challenge.ask"))
        file = Path(folder) / ("answer.mkv" if film else "answer.wav")
        if record:
            with _recording(record, file):
                _show_words(client, asked["id"], cli.lang)
        else:
            typer.prompt(
                text(cli.lang, "challenge.ready"), default="", show_default=False, err=True
            )
            _show_words(client, asked["id"], cli.lang)
            file = Path(typer.prompt(text(cli.lang, "challenge.file"), err=True))
        _answer(cli, client, asked["id"], file)


@command(app, "turns")
def turns(cli: Cli, enrolment: Enrolment) -> None:
    """Ask for movements of the head; film them, and hand the film in with `answer`."""
    with cli.client() as client:
        asked = client.post(f"/v1/enrolments/{enrolment}/challenges", {"kind": "turns"})

    def render() -> None:
        say(text(cli.lang, "challenge.turns", moves=", ".join(asked["asked"])))
        say(text(cli.lang, "challenge.answer", id=asked["id"]))

    emit(cli, asked, render)


@command(app, "answer")
def answer(
    cli: Cli,
    challenge: Challenge,
    file: Annotated[Path, typer.Argument(help="The recording or film.")],
) -> None:
    """Hand in the one answer to a challenge, and read what it was worth."""
    with cli.client() as client:
        _answer(cli, client, challenge, file)


@command(app, "show")
def show(cli: Cli, challenge: Challenge) -> None:
    """Read what became of a challenge."""
    with cli.client() as client:
        found = client.get(f"/v1/challenges/{challenge}")
    emit(cli, found, lambda: say(_outcome(cli.lang, found)))


@command(app, "hear")
def hear(
    cli: Cli,
    challenge: Challenge,
    file: Annotated[Path, typer.Argument(help="New file to write the sound to, Ogg Opus.")],
) -> None:
    """Write what an attester must hear before vouching for the words."""
    with cli.client() as client:
        client.download(f"/v1/challenges/{challenge}/excerpt", file)
    emit(cli, {"file": str(file)}, lambda: say(str(file)))


def _show_words(client: "Client", challenge_id: str, lang: str) -> None:
    """Print each word, and the turn, when the registry shows it; wait until the last is said."""
    from registry.proofing.headturn import Way  # noqa: PLC0415 - would slow every command

    item = client.post(f"/v1/challenges/{challenge_id}/beginning")
    shown = 0
    while shown < item["count"]:
        for what in item["asked"][shown:]:
            note(text(lang, f"say.{what}") if what in [*Way] else what)
        shown = len(item["asked"])
        time.sleep(_LOOK_SECONDS)
        item = client.get(f"/v1/challenges/{challenge_id}")
    time.sleep(_LAST_WORD_SECONDS)


@contextmanager
def _recording(program: str, file: Path) -> Iterator[None]:
    """A program that records into `file` as long as the context lasts."""
    words = [str(file) if word == FILE else word for word in shlex.split(program)]
    try:
        running = subprocess.Popen(words, stdin=subprocess.DEVNULL)
    except OSError as exc:
        raise BadInput(
            f"{words[0]} could not be started.", next_step="Check --record, or record by hand."
        ) from exc
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _answer(cli: Cli, client: "Client", challenge_id: str, file: Path) -> None:
    if not file.is_file():
        raise BadInput(f"There is no file {file}.", next_step="Name the recording or film.")
    body = {"upload_id": client.upload(file)}
    client.wait(client.post(f"/v1/challenges/{challenge_id}/answer", body)["id"])
    found = client.get(f"/v1/challenges/{challenge_id}")
    emit(cli, found, lambda: say(_outcome(cli.lang, found)))


def _outcome(lang: str, found: dict[str, Any]) -> str:
    reasons = " ".join(reason(lang, item) for item in found["reasons"])
    said = text(lang, f"challenge.state.{found['state']}", id=found["id"], reasons=reasons)
    return f"{said} {reasons}".rstrip() if found["state"] == "HEAR" else said
