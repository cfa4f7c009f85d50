"""`mandate`: what agents and unions may do in a performer's name, and until when."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.enrol import GuardianKeys, all_sign
from api.cli.options import Cli, command
from api.cli.output import emit, fields, table
from api.cli.signing import KeyFile

app = typer.Typer(help="What others may do in a performer's name.", no_args_is_help=True)
Acts = Annotated[
    list[str],
    typer.Option(
        "--act",
        help="read, enrol, withdraw, license, revoke, collect, represent, hold-key, enforce.",
    ),
]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="Kind of use; repeatable. None: every kind.")
]


@command(app, "give")
def give(
    cli: Cli,
    performer: Annotated[str, typer.Argument(help="Id of the performer.")],
    holder: Annotated[str, typer.Argument(help="Id of the agency or union.")],
    *,
    act: Acts,
    until: Annotated[str, typer.Option(help="End, such as 2028-01-01T00:00:00Z.")],
    key: KeyFile,
    kind: Kinds = None,
    territory: Annotated[
        list[str] | None,
        typer.Option("--territory", help="Where it collects; repeatable. None: everywhere."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Beginning (now), such as 2026-11-01T00:00:00Z.")
    ] = None,
    guardian_key: GuardianKeys = None,
) -> None:
    """Sign a mandate with the performer's key, and with every guardian's of a minor."""
    body: dict[str, Any] = {
        "holder_id": holder,
        "acts": act,
        "kinds": kind or [],
        "valid_until": until,
    }
    body |= {"territories": territory or [], "valid_from": since}
    with cli.client() as client:
        draft = client.post(f"/v1/performers/{performer}/mandates", body)
        files: list[Path] = guardian_key or []
        signed = all_sign(cli, draft, key, files)
        made = client.post(f"/v1/mandates/{draft['id']}/signature", signed)
    emit(cli, made, lambda: fields(made))


@command(app, "list")
def list_mandates(cli: Cli) -> None:
    """List the mandates that your performers gave, and those that you hold."""
    with cli.client() as client:
        found = list(client.pages("/v1/mandates"))
    rows = [
        (
            item["id"],
            ", ".join(item["acts"]),
            ", ".join(item["kinds"]),
            item["valid_until"],
            item["revoked_at"],
        )
        for item in found
    ]
    emit(cli, found, lambda: table(("id", "may", "kinds", "until", "revoked"), rows))


@command(app, "revoke")
def revoke(cli: Cli, mandate: Annotated[str, typer.Argument(help="Id of the mandate.")]) -> None:
    """End a mandate at once."""
    with cli.client() as client:
        ended = client.post(f"/v1/mandates/{mandate}/revocation")
    emit(cli, ended, lambda: fields(ended))
