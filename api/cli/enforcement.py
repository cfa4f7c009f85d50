"""`clip` and `takedown`: what a performer found elsewhere, and the notices about it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, progress, say, table
from core.clock import from_text, to_text, utc_now

clip = typer.Typer(help="Clips found elsewhere: is it me?", no_args_is_help=True)
takedown = typer.Typer(help="Notices to platforms, and what follows.", no_args_is_help=True)
PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
ClipId = Annotated[str, typer.Argument(help="Id of the clip.")]
TakedownId = Annotated[str, typer.Argument(help="Id of the notice to a platform.")]


@command(clip, "add")
def add(
    cli: Cli,
    performer: PerformerId,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The found file.")],
    location: Annotated[str, typer.Option(help="Where it was found, such as its address.")],
) -> None:
    """Search a found file for one performer, and for nobody else."""
    with cli.client() as client, progress(file.name) as show:
        body = {"upload_id": client.upload(file), "location": location}
        made = client.post(f"/v1/performers/{performer}/clips", body)
        client.wait(made["job_id"], show)
        found = client.get(f"/v1/clips/{made['id']}")
    emit(cli, found, lambda: fields(_flat(found)))


@command(clip, "of-use")
def of_use(
    cli: Cli,
    performer: PerformerId,
    use: Annotated[str, typer.Argument(help="Id of a use that was found here.")],
    location: Annotated[str, typer.Option(help="Where it is online, such as its address.")],
) -> None:
    """Begin with a use that was found here: nothing is handed in and searched again."""
    with cli.client() as client:
        body = {"use_id": use, "location": location}
        found = client.post(f"/v1/performers/{performer}/clips", body)
    emit(cli, found, lambda: fields(_flat(found)))


@command(clip, "list")
def list_clips(cli: Cli, performer: PerformerId) -> None:
    """List a performer's clips, newest first."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/clips")
    rows = [(item["id"], item["state"], item["location"]) for item in found]
    emit(cli, found, lambda: table(("id", "state", "location"), rows))


@command(clip, "show")
def show(
    cli: Cli,
    clip_id: ClipId,
    out: Annotated[Path | None, typer.Option(help="Where to write the signed evidence.")] = None,
) -> None:
    """Show what was found in a clip, or write the registry-signed evidence to a file."""
    with cli.client() as client:
        found = client.get(f"/v1/clips/{clip_id}")
        if out is not None:
            out.write_bytes(client.fetch(f"/v1/clips/{clip_id}/evidence"))
    emit(cli, found, lambda: fields(_flat(found)))


@command(clip, "policy")
def policy(
    cli: Cli,
    performer: PerformerId,
    wanted: Annotated[str, typer.Argument(help="block, monetise, track or ignore.")] = "",
) -> None:
    """Say what is to be done about uses that nobody licensed, or show it."""
    path = f"/v1/performers/{performer}/policy"
    with cli.client() as client:
        found = client.post(path, {"policy": wanted}) if wanted else client.get(path)
    emit(cli, found, lambda: fields(found))


@command(takedown, "new")
def new(
    cli: Cli,
    clip_id: ClipId,
    *,
    platform: Annotated[str, typer.Option(help="To whom the notice goes.")],
    sender: Annotated[str, typer.Option(help="Who sends it; empty: as for the same clip.")] = "",
    contact: Annotated[str, typer.Option(help="Address, telephone, e-mail.")] = "",
    capacity: Annotated[str, typer.Option(help="performer or agent.")] = "performer",
    signature: Annotated[str, typer.Option(help="The name as it signs.")] = "",
    good_faith: Annotated[
        bool, typer.Option("--good-faith", help="I believe in good faith that nobody allowed it.")
    ] = False,
    accurate: Annotated[
        bool, typer.Option("--accurate", help="What I say here is accurate.")
    ] = False,
) -> None:
    """Make the notice about a clip and print it, ready to be sent."""
    by = {
        "name": sender,
        "contact": contact,
        "capacity": capacity,
        "signature": signature,
        "good_faith": good_faith,
        "accurate": accurate,
    }
    body = {"platform": platform, "sender": by if sender else None}
    with cli.client() as client:
        made = client.post(f"/v1/clips/{clip_id}/takedowns", body)
        text = client.fetch(f"/v1/takedowns/{made['id']}/notice", lang=cli.lang).decode()
    made["notice"] = text
    emit(cli, made, lambda: say(f"{made['id']}\n\n{text}"))


@command(takedown, "show")
def show_takedown(
    cli: Cli,
    takedown_id: TakedownId,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write it as a PDF too.")] = None,
) -> None:
    """Print a notice again, or write it as a PDF to be sent."""
    with cli.client() as client:
        found = client.get(f"/v1/takedowns/{takedown_id}")
        path = f"/v1/takedowns/{takedown_id}/notice"
        found["notice"] = client.fetch(path, lang=cli.lang).decode()
        if pdf is not None:
            pdf.write_bytes(client.fetch(f"{path}.pdf", lang=cli.lang))
    emit(cli, found, lambda: say(found["notice"]))


@command(takedown, "list")
def list_takedowns(cli: Cli) -> None:
    """List your notices to platforms, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/takedowns"))
    rows = [(item["id"], item["state"], item["platform"], _until(item)) for item in found]
    columns = ("id", "state", "platform", "restored not before")
    emit(cli, found, lambda: table(columns, rows))


@command(takedown, "counter")
def counter(
    cli: Cli,
    takedown_id: TakedownId,
    at: Annotated[str, typer.Option(help="When it came, as 2026-11-21T10:00:00Z.")] = "",
) -> None:
    """Record a counter-notice; you are reminded before the material may be restored."""
    received = to_text(from_text(at) if at else utc_now())
    with cli.client() as client:
        path = f"/v1/takedowns/{takedown_id}/counter-notice"
        found = client.post(path, {"received_at": received})
    emit(cli, found, lambda: fields({**found, "deadlines": _until(found)}))


@command(takedown, "close")
def close(
    cli: Cli,
    takedown_id: TakedownId,
    outcome: Annotated[str, typer.Option(help="How it ended, in your words.")],
    result: Annotated[
        str, typer.Option(help="upheld keeps the recording down; withdrawn or restored lift it.")
    ] = "",
) -> None:
    """Record how a notice ended."""
    body = {"outcome": outcome, "result": result}
    with cli.client() as client:
        found = client.post(f"/v1/takedowns/{takedown_id}/closing", body)
    emit(cli, found, lambda: fields({**found, "deadlines": _until(found)}))


def _until(item: dict[str, Any]) -> str:
    due = item["deadlines"]
    return "" if due is None else f"{due['restore_not_before']} ({due['certainty']})"


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    seen = [
        f"{item['modality']} {item['decision']} "
        + ", ".join(f"{span['start_ms']}-{span['end_ms']} ms" for span in item["spans"])
        + f" (1 stranger in {item['one_in']})"
        for item in found["seen"]
    ]
    return {**found, "seen": seen}
