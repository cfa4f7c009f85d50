"""`audit pack`: the books as one file, for an auditor who trusts none of our programs."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer

from api.cli.options import Cli, command
from api.cli.output import emit, say
from api.web.texts import text


def register(audit: typer.Typer) -> None:
    """Add the command of this file."""
    command(audit, "pack")(pack)


def pack(
    cli: Cli,
    out: Annotated[Path, typer.Option("--out", help="New zip file to write.")],
    seed: Annotated[str, typer.Option(help="What the sample is drawn by: the auditor names it.")],
    sample: Annotated[int, typer.Option(min=0, max=1000, help="How many claims are drawn.")] = 50,
) -> None:
    """Write your book with all it rests on, and a README by which anybody computes it again."""
    asked = urlencode({"seed": seed, "sample": sample})
    with cli.client() as client:
        client.download(f"/v1/audit-packs?{asked}", out)
    done = {"file": str(out), "seed": seed, "sample": sample}
    emit(cli, done, lambda: say(text(cli.lang, "auditpack.written", **done)))
