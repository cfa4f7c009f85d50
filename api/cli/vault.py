"""`keys`: the keys of the registry itself, kept by whoever runs it, on its own machine."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say
from api.web.texts import text

app = typer.Typer(help="The registry's own keys: rotation, backup.", no_args_is_help=True)


@command(app, "rotate-kek")
def rotate_kek(cli: Cli) -> None:
    """Wrap all data keys anew: under a fresh key file, or under the key the settings name now.

    To change from one source to another name the old one in EBENBILD_KEK_OLD__SOURCE. Interrupted
    it leaves everything readable; run it again.
    """
    from core.keksource import rotate_kek as rotate  # noqa: PLC0415

    settings = cli.settings()
    found = {"source": settings.kek.source, "keys": rotate(settings)}
    emit(cli, found, lambda: say(text(cli.lang, "keys.rotated-kek", **found)))
    if settings.kek_old.source == "file":
        note(text(cli.lang, "keys.remove-file"))


@command(app, "backup")
def backup(
    cli: Cli,
    file: Annotated[Path, typer.Argument(help="Where to write it; never over a file.")],
) -> None:
    """Write all data keys to one file, sealed under the key-encryption key.

    Keep it apart from backups of the database, and the list of erasures longer than either.
    """
    from core.keksource import backup_kek, keks_of  # noqa: PLC0415
    from core.keybackup import write_backup  # noqa: PLC0415
    from core.vault import Vault  # noqa: PLC0415

    settings = cli.settings()
    vault = Vault.open(settings.keys_dir, keks_of(settings))
    try:
        found = {"file": str(file), "keys": write_backup(vault, backup_kek(settings), file)}
    finally:
        vault.close()
    emit(cli, found, lambda: say(text(cli.lang, "keys.backup", **found)))


@command(app, "restore")
def restore(
    cli: Cli,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
    erasures: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="A newer copy of erasures.jsonl; repeatable."
        ),
    ] = None,
) -> None:
    """Make the keystore from a backup, without what was erased since.

    Needs the key-encryption key that the backup was sealed under.
    """
    from core.keksource import keks_of  # noqa: PLC0415
    from core.keybackup import restore_backup  # noqa: PLC0415

    settings = cli.settings()
    made = restore_backup(file, settings.keys_dir, keks_of(settings), erasures or ())
    found = {"keys": made.keys, "refused": made.refused}
    emit(cli, found, lambda: say(text(cli.lang, "keys.restored", **found)))
