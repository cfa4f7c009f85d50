"""`backup` and `restore`: the whole registry in one folder, on the machine where it runs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say
from api.web.texts import text

Folder = Annotated[Path, typer.Argument(help="The backup's folder.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    command(app, "backup")(backup)
    command(app, "restore")(restore)


def backup(cli: Cli, folder: Folder) -> None:
    """Copy the registry into a new folder while it runs: database, files, keys, all sealed.

    Nothing in it opens without the key-encryption key, which is not in it.
    """
    from api.opening import open_to_copy  # noqa: PLC0415
    from core.backup import write  # noqa: PLC0415
    from core.clock import utc_now  # noqa: PLC0415

    with open_to_copy(cli.settings()) as world:
        made = write(
            world,
            folder,
            now=utc_now(),
            progress=lambda step: note(text(cli.lang, "backup.step", step=step)),
        )
    found = {"folder": str(folder), "at": made.at, "files": len(made.files)}
    emit(cli, found, lambda: say(text(cli.lang, "backup.done", **found)))


def restore(
    cli: Cli,
    folder: Folder,
    kek: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Copy of keys/kek.key, where it is a file."),
    ] = None,
    erasures: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            help="Newer erasures.jsonl or erased-people.jsonl, or a folder with both; repeatable.",
        ),
    ] = None,
) -> None:
    """Put a backup back on an empty machine; whoever was erased since is erased again."""
    from api.restoring import restore as put_back  # noqa: PLC0415
    from core import files  # noqa: PLC0415
    from core.kek import KEK_FILE  # noqa: PLC0415

    settings = cli.settings()
    place = settings.keys_dir / KEK_FILE
    if kek is not None and not place.exists():
        settings.keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.create_private(place, kek.read_bytes())
    made = put_back(
        settings,
        folder,
        lists=erasures or [],
        progress=lambda step: note(text(cli.lang, "restore.step", step=step)),
    )
    found = asdict(made)
    emit(cli, found, lambda: say(text(cli.lang, "restore.done", **found)))
    note(text(cli.lang, "restore.next"))
