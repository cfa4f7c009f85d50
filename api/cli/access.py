"""`account disable` and `account enable`: shut a person out, and let him in again."""

from typing import Annotated, Any

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, fields, note
from api.web.texts import text

Person = Annotated[str, typer.Argument(help="Id of the person, see `account list`.")]
Everywhere = Annotated[
    bool, typer.Option("--everywhere", help="The whole account (operator), not one membership.")
]


def register(group: typer.Typer) -> None:
    """Add the commands of this file."""
    command(group, "disable")(disable)
    command(group, "enable")(enable)


def disable(
    cli: Cli,
    person: Person,
    why: Annotated[str, typer.Option(help="left, compromised, misuse or other.")],
    everywhere: Everywhere = False,
) -> None:
    """Shut a person out at once: sessions, keys and open invitations end, roles stay."""
    _change(cli, person, {"allow": False, "why": why}, everywhere=everywhere)


def enable(
    cli: Cli,
    person: Person,
    why: Annotated[str, typer.Option(help="returned or other.")] = "returned",
    everywhere: Everywhere = False,
) -> None:
    """Let a person in again; keys that ended stay ended."""
    _change(cli, person, {"allow": True, "why": why}, everywhere=everywhere)


def _change(cli: Cli, person: str, body: dict[str, Any], *, everywhere: bool) -> None:
    whose = "accounts" if everywhere else "members"
    with cli.client() as client:
        made = client.post(f"/v1/{whose}/{person}/access", body)
    emit(cli, made, lambda: fields(made))
    if made["waits_for"]:
        note(text(cli.lang, "account.waits"))
