"""`tariff share` and `tariff role`: who claims how much, and how large a part somebody has."""

from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, table
from api.web.texts import text

share = typer.Typer(help="Shares that parties claim of a performer's money.", no_args_is_help=True)
role = typer.Typer(help="Roles in a cut: how large a part somebody has.", no_args_is_help=True)
Performer = Annotated[str, typer.Argument(help="Id of the performer.")]
Scope = Annotated[str, typer.Argument(help="Id of a cut, or of a work for all its cuts.")]


@command(share, "claim")
def claim(
    cli: Cli,
    performer: Performer,
    part: Annotated[str, typer.Argument(help="Such as 7/10; 0 takes it back.")],
    *,
    from_period: Annotated[str, typer.Option("--from", help="First month, such as 2026-11.")],
    cut: Annotated[str, typer.Option(help="Only in this cut (every one).")] = "",
) -> None:
    """Claim a share of a performer's money; above the whole it waits, and all are told."""
    body = {"share": part, "cut_id": cut, "from_period": from_period}
    with cli.client() as client:
        found = client.post(f"/v1/performers/{performer}/shares", body)
    emit(cli, found, lambda: _show(cli.lang, "share", [found]))


@command(share, "list")
def list_shares(cli: Cli, performer: Performer) -> None:
    """List the shares that are claimed of a performer's money, as far as you may see them."""
    with cli.client() as client:
        found = client.get(f"/v1/performers/{performer}/shares")
    emit(cli, found, lambda: _show(cli.lang, "share", found))


@command(role, "name")
def name_role(
    cli: Cli,
    scope: Scope,
    performer: Performer,
    part: Annotated[str, typer.Argument(help="lead, support, background, or none.")],
) -> None:
    """Name the role of a performer in your cut or work; points are weighed by it."""
    body = {"scope_id": scope, "performer_id": performer, "role": None if part == "none" else part}
    with cli.client() as client:
        found = client.post("/v1/roles", body)
    emit(cli, found, lambda: _show(cli.lang, "role", [found]))


@command(role, "list")
def list_roles(cli: Cli, scope: Scope) -> None:
    """List the roles that were named in your cut or work, in order; the newest counts."""
    with cli.client() as client:
        found = client.get("/v1/roles", scope_id=scope)
    emit(cli, found, lambda: _show(cli.lang, "role", found))


def _show(lang: str, what: str, found: list[dict[str, str]]) -> None:
    names = {
        "share": ("party_id", "cut_id", "share", "from_period"),
        "role": ("scope_id", "performer_id", "role"),
    }[what]
    rows = [tuple(item[name] or "-" for name in names) for item in found]
    table([text(lang, f"shares.column.{name}") for name in names], rows)
