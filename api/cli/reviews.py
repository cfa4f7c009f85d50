"""`review`: what waits for a person, and the person's word: each act says why and can be undone."""

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.clear import show as show_decision
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note, table
from api.web.texts import reason, stretch, text, timecode, word
from core.errors import NotFound

if TYPE_CHECKING:
    from api.client import Client

app = typer.Typer(
    help="What waits for a person: list, accept, reject, split, merge, undo.",
    no_args_is_help=True,
)


class Ground(StrEnum):
    """What a word rests on, as the registry names it."""

    COMPARED = "compared"
    WAS_THERE = "was_there"
    PAPERS = "papers"
    NOT_ME = "not_me"
    SOMEBODY_ELSE = "somebody_else"
    TOO_POOR = "too_poor"
    MISTAKE = "mistake"


MatchId = Annotated[
    str, typer.Argument(help="Id of a match, or of what `review list` shows: all its matches.")
]
Why = Annotated[Ground | None, typer.Option("--why", help="What your word rests on.")]


@command(app, "list")
def list_queue(
    cli: Cli,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 50,
) -> None:
    """List what waits for a person: children first, then by release, cuts held up, and length."""
    with cli.client() as client:
        found = list(islice(client.pages("/v1/review-queue"), limit))
    rows = [
        (
            item["id"],
            text(cli.lang, f"review.asks.{item['asks']}"),
            item["public_name"] or text(cli.lang, "clearance.somebody"),
            " + ".join(word(cli.lang, part) for part in item["modalities"]),
            item["release_at"],
            len(item["cuts"]),
            timecode(item["total_ms"]),
            ", ".join(item["match_ids"]) or item["figure_id"] or "",
            reason(cli.lang, item["reasons"][0]) if item["reasons"] else "",
        )
        for item in found
    ]
    names = ("id", "asks", "who", "part", "release", "cuts", "length", "on", "because")
    columns = [text(cli.lang, f"review.column.{name}") for name in names]
    emit(cli, found, lambda: table(columns, rows))


@command(app, "found")
def list_found(
    cli: Cli,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 50,
) -> None:
    """List where your performers were found by others, with the matches to say "not me" to."""
    with cli.client() as client:
        found = list(islice(client.pages("/v1/found-uses"), limit))
    rows = [
        (
            item["performer_id"],
            item["studio"],
            item["title"],
            word(cli.lang, item["kind"]),
            item["found_at"],
            ", ".join(item["match_ids"]),
        )
        for item in found
    ]
    names = ("who", "studio", "title", "kind", "when", "on")
    columns = [text(cli.lang, f"review.column.{name}") for name in names]
    emit(cli, found, lambda: table(columns, rows))


@command(app, "accept")
def accept(cli: Cli, match: MatchId, why: Why = None) -> None:
    """It is this performer."""
    _say(cli, match, "confirmed", why)


@command(app, "reject")
def reject(cli: Cli, match: MatchId, why: Why = None) -> None:
    """It is not this performer; somebody unknown stays there, with a question of their own."""
    _say(cli, match, "rejected", why)


@command(app, "not-me")
def not_me(cli: Cli, match: MatchId) -> None:
    """Say as a performer's side that this is not your performer."""
    _say(cli, match, "rejected", Ground.NOT_ME)


@command(app, "second-opinion")
def second_opinion(cli: Cli, match: MatchId, why: Why = None) -> None:
    """Leave it to another person; until then it counts as doubtful."""
    _say(cli, match, "second_opinion", why)


@command(app, "cannot-say")
def cannot_say(cli: Cli, match: MatchId) -> None:
    """Say that you cannot tell; it goes on waiting, for somebody else."""
    _say(cli, match, "cannot_say", Ground.TOO_POOR)


@command(app, "split")
def split(
    cli: Cli,
    lane: Annotated[str, typer.Argument(help="Match, or sighting of a question.")],
    *,
    start: Annotated[float, typer.Option("--from", min=0, help="Seconds into the cut.")],
    end: Annotated[float, typer.Option("--to", min=0, help="Seconds into the cut.")],
    why: Why = None,
) -> None:
    """Say that a stretch of a lane is somebody else, who is asked about apart."""
    kind = "matches" if lane.startswith("mch_") else "traces"
    span = {"start_ms": round(start * 1000), "end_ms": round(end * 1000)}
    body = {"spans": [span], **({"why": why.value} if why else {})}
    with cli.client() as client:
        found = client.post(f"/v1/{kind}/{lane}/split", body)
    emit(cli, found, lambda: fields({**found, "spans": [stretch(one) for one in found["spans"]]}))


@command(app, "merge")
def merge(
    cli: Cli,
    figure: Annotated[str, typer.Argument(help="Id of the question.")],
    into: Annotated[str, typer.Argument(help="The question that it is the same as.")],
) -> None:
    """Say that two unknown people are one; the other's answer holds."""
    with cli.client() as client:
        found = client.post(f"/v1/figures/{figure}/merge", {"into": into})
    shown = {name: value for name, value in found.items() if name != "sightings"}
    emit(cli, found, lambda: fields(shown))


@command(app, "acts")
def list_acts(
    cli: Cli,
    about: Annotated[str, typer.Argument(help="Id of a cut or of a match.")],
) -> None:
    """List who said what and why, newest first."""
    kind = "matches" if about.startswith("mch_") else "cuts"
    with cli.client() as client:
        found = client.get(f"/v1/{kind}/{about}/acts")
    rows = [
        (
            item["id"],
            text(cli.lang, f"review.what.{item['what']}"),
            text(cli.lang, f"review.why.{item['why']}") if item["why"] else item["reference"],
            item["reviewer"] or text(cli.lang, "review.other-side"),
            item["recorded_at"],
            item["match_id"] or item["figure_id"] or "",
            "" if item["stands"] else text(cli.lang, "review.fallen"),
        )
        for item in found
    ]
    names = ("id", "what", "why", "who", "when", "on", "state")
    columns = [text(cli.lang, f"review.column.{name}") for name in names]
    emit(cli, found, lambda: table(columns, rows))


@command(app, "undo")
def undo(cli: Cli, act: Annotated[str, typer.Argument(help="Id of the act.")]) -> None:
    """Take back what your side said; both stay on record, and it is decided anew."""
    with cli.client() as client:
        found = client.post(f"/v1/acts/{act}/undo", {})
        decided = decision_on(client, found["submission_id"])
    _emit(cli, found, decided)


def _say(cli: Cli, about: str, verdict: str, why: Ground | None) -> None:
    body = {"verdict": verdict, **({"why": why.value} if why else {})}
    with cli.client() as client:
        for match in _matches(client, about):
            found = client.post(f"/v1/matches/{match}/reviews", body)
        decided = decision_on(client, found["submission_id"])
    _emit(cli, found, decided)


def _matches(client: "Client", about: str) -> list[str]:
    """The match itself, or every match of the use that waits for a person."""
    if not about.startswith("use_"):
        return [about]
    waiting = (item for item in client.pages("/v1/review-queue") if item["id"] == about)
    found: list[str] = next(waiting, {"match_ids": []})["match_ids"]
    if not found:
        raise NotFound(
            "No match of this use waits for a person.", next_step="See: ebenbild review list"
        )
    return found


def _emit(cli: Cli, found: dict[str, Any], decided: dict[str, Any] | None) -> None:
    def render() -> None:
        fields(found)
        if decided is not None:
            show_decision(cli.lang, decided)
        if not found.get("undoes"):  # what takes something back cannot be taken back itself
            note(text(cli.lang, "review.undo", id=found["id"]))

    emit(cli, {**found, "clearance": decided}, render)


def decision_on(client: "Client", submission_id: str | None) -> dict[str, Any] | None:
    """The decision made anew, for the studio; the performer's side sees none."""
    if submission_id is None:
        return None
    found: dict[str, Any] = client.get(f"/v1/submissions/{submission_id}/clearance")
    return found
