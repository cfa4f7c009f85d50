"""`keys`: the keys of the registry itself, kept by whoever runs it, on its own machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, note, say
from api.web.texts import text

if TYPE_CHECKING:
    from core.init import World

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


@command(app, "rotate-data")
def rotate_data(
    cli: Cli,
    subject: Annotated[
        str, typer.Argument(help="A performer, enrolment, submission or account.")
    ] = "",
    everyone: Annotated[bool, typer.Option("--all", help="Everybody's data keys.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Make no new keys; end what was begun.")
    ] = False,
) -> None:
    """Make other data keys and seal anew what lies under the old ones.

    Interrupted it leaves everything readable; go on with --resume. The old keys stay, for backups,
    until `forget-old`.
    """
    from api import rotating  # noqa: PLC0415
    from registry.service import rekeying  # noqa: PLC0415

    if (bool(subject), everyone, resume).count(True) != 1:
        raise typer.BadParameter("name one subject, or --all, or --resume")
    with _opened(cli) as world:
        keys = 0
        if not resume:
            keys = (
                rekeying.renew_all(world.vault)
                if everyone
                else rekeying.renew(world.vault, subject)
            )
        done = rotating.reseal(world)
    found = {"keys": keys, "rows": done.rows, "files": done.files}
    emit(cli, found, lambda: say(text(cli.lang, "keys.rotated-data", **found)))


@command(app, "rotate-embeddings")
def rotate_embeddings(cli: Cli) -> None:
    """Turn all stored vectors another secret way, so that copies of the old ones match nothing.

    Interrupted it leaves everything readable; end it with `rotate-data --resume`. The old turning
    stays, for backups, until `forget-old`.
    """
    from api import rotating  # noqa: PLC0415
    from registry.service import turning  # noqa: PLC0415

    with _opened(cli) as world:
        generation = turning.begin_next(world.vault)
        done = rotating.reseal(world)
    found = {"turning": generation, "rows": done.rows}
    emit(cli, found, lambda: say(text(cli.lang, "keys.rotated-embeddings", **found)))


@command(app, "forget-old")
def forget_old(cli: Cli) -> None:
    """Destroy data keys and turnings that were replaced.

    Make a backup of the database first: older ones cannot be read any more.
    """
    from api import rotating  # noqa: PLC0415
    from api.jobkinds import KINDS  # noqa: PLC0415
    from core import jobs  # noqa: PLC0415
    from core.errors import Conflict  # noqa: PLC0415

    with _opened(cli) as world:
        with world.db.read() as session:
            if jobs.open_jobs(session, KINDS):
                raise Conflict("Work is under way.", next_step="Let the worker finish its jobs.")
        found = {"keys": rotating.forget_old(world)}
    emit(cli, found, lambda: say(text(cli.lang, "keys.forgot-old", **found)))


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


def _opened(cli: Cli) -> "World":
    """The registry with every table known, because rows of several packages are written."""
    from api.opening import open_registry  # noqa: PLC0415
    from migrations.tables import load  # noqa: PLC0415

    load()
    return open_registry(cli.settings())
