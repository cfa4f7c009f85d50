"""Commands of `key` for keys that the registry holds sealed for an agency."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Cli
from api.cli.output import emit, fields, table

HeldKey = Annotated[str, typer.Argument(help="Id of the held key.")]


def hold(
    cli: Cli, mandate: Annotated[str, typer.Argument(help="Id of a mandate to hold-key.")]
) -> None:
    """Have a key made for a performer, sealed here, that your agency may sign licences with."""
    with cli.client() as client:
        made = client.post(f"/v1/mandates/{mandate}/key")
    emit(cli, made, lambda: fields(made))


def held(
    cli: Cli, performer: Annotated[str, typer.Option(help="Only those of this performer.")] = ""
) -> None:
    """List keys held for your performers, and those that your agency holds."""
    with cli.client() as client:
        found = list(client.pages("/v1/held-keys", performer_id=performer))
    rows = [
        (item["id"], item["performer_id"], item["holder_name"], item["until"], item["ended_at"])
        for item in found
    ]
    emit(cli, found, lambda: table(("key", "performer", "held for", "until", "ended"), rows))


def uses(cli: Cli, key: HeldKey) -> None:
    """Show every signature with a held key, newest first."""
    with cli.client() as client:
        found = list(client.pages(f"/v1/held-keys/{key}/uses"))
    rows = [
        (item["at"], item["what"], item["subject_id"], item["approval_id"] or "one person alone")
        for item in found
    ]
    emit(cli, found, lambda: table(("at", "what", "document", "agreed by two in"), rows))


def binding(
    cli: Cli,
    key: HeldKey,
    file: Annotated[Path, typer.Argument(help="Where to write it; never over a file.")],
) -> None:
    """Write the signed binding of a held key, for `ebenbild verify LICENCE --with FILE`."""
    with cli.client() as client:
        data = client.fetch(f"/v1/held-keys/{key}/binding")
    with file.open("xb") as out:
        out.write(data)
    emit(cli, {"file": str(file), "bytes": len(data)}, lambda: fields({"file": str(file)}))


def end(cli: Cli, key: HeldKey) -> None:
    """Destroy a held key at once; what it signed stays valid, nothing more is."""
    with cli.client() as client:
        ended = client.post(f"/v1/held-keys/{key}/ending")
    emit(cli, ended, lambda: fields(ended))
