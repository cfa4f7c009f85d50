"""`group` and `suspend`: performers who act together, and what they suspend."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.enrol import GuardianKeys, all_sign
from api.cli.options import Cli, command
from api.cli.output import emit, fields, table
from api.web.texts import word
from core.clock import from_text, to_text

group = typer.Typer(help="Groups of performers: who is in them.", no_args_is_help=True)
suspend = typer.Typer(help="Suspend the consent of a group's members.", no_args_is_help=True)
GroupId = Annotated[str, typer.Argument(help="Id of the group.")]
PerformerId = Annotated[str, typer.Argument(help="Id of the performer.")]
SuspensionId = Annotated[str, typer.Argument(help="Id of the suspension.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="Kind of use; repeatable; default: all.")
]
From = Annotated[
    str, typer.Option("--at", help="When it takes effect, as 2026-11-21T10:00:00Z; default: now.")
]


@command(group, "new")
def new(cli: Cli, name: Annotated[str, typer.Argument(help="Name of the group.")]) -> None:
    """Found a group (unions and agencies)."""
    _post(cli, "/v1/groups", {"name": name})


@command(group, "list")
def list_groups(cli: Cli) -> None:
    """List all groups."""
    with cli.client() as client:
        found = client.get("/v1/groups")
    rows = [(item["id"], item["name"], item["tenant_id"]) for item in found]
    emit(cli, found, lambda: table(("id", "name", "speaks for it"), rows))


@command(group, "join")
def join(
    cli: Cli,
    group_id: GroupId,
    performer: PerformerId,
    *,
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The performer's key file."),
    ] = None,
    mandate: Annotated[
        str, typer.Option(help="The mandate, or the paper, that lets you join for the performer.")
    ] = "",
    guardian_key: GuardianKeys = None,
) -> None:
    """Join a group: sign with the performer's key and every guardian's, or name the mandate."""
    if (key is None) == (not mandate):
        raise typer.BadParameter("Give either --key or --mandate.")
    path = f"/v1/performers/{performer}"
    with cli.client() as client:
        if key is None:
            body = {"group_id": group_id, "mandate_ref": mandate}
            made = client.post(f"{path}/mandated-memberships", body)
        else:
            draft = client.post(f"{path}/memberships", {"group_id": group_id})
            signed = all_sign(cli, draft, key, guardian_key or [])
            made = client.post(f"/v1/memberships/{draft['id']}/signature", signed)
    emit(cli, made, lambda: fields(made))


@command(group, "members")
def members(cli: Cli) -> None:
    """List the memberships of your performers and in your groups."""
    with cli.client() as client:
        found = list(client.pages("/v1/memberships"))
    columns = ("id", "group_id", "performer_id", "basis", "joined_at", "left_at")
    rows = [[item[name] for name in columns] for item in found]
    emit(cli, found, lambda: table(columns, rows))


@command(group, "leave")
def leave(
    cli: Cli, membership: Annotated[str, typer.Argument(help="Id of the membership.")]
) -> None:
    """End a membership: leave, or put a member out."""
    _post(cli, f"/v1/memberships/{membership}/end", {})


@command(suspend, "start")
def start(
    cli: Cli,
    group_id: GroupId,
    clause: Annotated[str, typer.Option(help="What licensees are told.")],
    kind: Kinds = None,
    at: From = "",
) -> None:
    """Suspend the consent of all members at once; no licence is revoked by it."""
    body = {"clause": clause, "kinds": kind or [], "since": _time(at)}
    _post(cli, f"/v1/groups/{group_id}/suspensions", body)


@command(suspend, "lift")
def lift(cli: Cli, suspension: SuspensionId, at: From = "") -> None:
    """Lift a suspension; nothing has to be signed again."""
    _post(cli, f"/v1/suspensions/{suspension}/lift", {"at": _time(at)})


@command(suspend, "show")
def show(cli: Cli, suspension: SuspensionId) -> None:
    """Show a suspension, and which of your licences it concerns."""
    with cli.client() as client:
        found = client.get(f"/v1/suspensions/{suspension}")
    emit(cli, found, lambda: fields(found))


@command(suspend, "list")
def list_suspensions(cli: Cli) -> None:
    """List suspensions of all groups, newest first."""
    with cli.client() as client:
        found = list(client.pages("/v1/suspensions"))
    rows = [
        (
            item["id"],
            ", ".join(word(cli.lang, kind) for kind in item["kinds"]) or "*",
            item["since"][:16],
            (item["lifted_at"] or "")[:16],
            len(item["licence_ids"]),
        )
        for item in found
    ]
    columns = ("id", "kinds of use", "since", "lifted", "licences")
    emit(cli, found, lambda: table(columns, rows))


def _time(text: str) -> str | None:
    return to_text(from_text(text)) if text else None


def _post(cli: Cli, path: str, body: dict[str, Any]) -> None:
    with cli.client() as client:
        found = client.post(path, body)
    emit(cli, found, lambda: fields(found))
