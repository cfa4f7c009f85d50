"""`key`: the performer's signing key, made and kept by the performer, or held for an agency.

The registry never sees the first: signatures are made on this machine and only they are sent.
"""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import heldkeys, lostkeys
from api.cli.options import Cli, command
from api.cli.output import emit, fields, note
from api.cli.signing import open_key
from api.web.texts import text

app = typer.Typer(
    help="Signing keys: in a file of the performer's, or held for an agency.", no_args_is_help=True
)
command(app, "hold")(heldkeys.hold)
command(app, "held")(heldkeys.held)
command(app, "uses")(heldkeys.uses)
command(app, "binding")(heldkeys.binding)
command(app, "end")(heldkeys.end)
command(app, "lost")(lostkeys.lost)
command(app, "lost-keys")(lostkeys.lost_keys)
command(app, "vouch")(lostkeys.vouch)
command(app, "stop")(lostkeys.stop)
Existing = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A key file.")]


@command(app, "new")
def new(
    cli: Cli,
    file: Annotated[Path, typer.Argument(help="Where to write the key; never over a file.")],
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask for a passphrase to encrypt it with.")
    ] = False,
) -> None:
    """Make a signing key on this machine and print its public name."""
    from core import keys  # noqa: PLC0415

    secret = _ask(cli.lang) if passphrase else None
    made = keys.generate()
    keys.save_key(file, made, secret)
    found = {"file": str(file), "did": made.did}
    emit(cli, found, lambda: fields(found))
    note(text(cli.lang, "key.keep"))


@command(app, "show")
def show(cli: Cli, file: Existing) -> None:
    """Print the public name of a key file."""
    found = {"file": str(file), "did": open_key(file, cli.lang).did}
    emit(cli, found, lambda: fields(found))


def _ask(lang: str) -> str:
    asked: str = typer.prompt(
        text(lang, "key.passphrase-new"), hide_input=True, confirmation_prompt=True, err=True
    )
    return asked
