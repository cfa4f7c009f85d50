"""Asks before what binds or destroys; only a yes, typed or given as `--yes`, goes on.

Where nobody answers (a pipe that is empty, a job at night) that is no yes: signing and erasing are
never done by silence.
"""

from typing import Annotated

import typer

from api.cli.options import Cli
from api.cli.output import note
from api.web.texts import text

Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]


def sure(cli: Cli, question: str, *, yes: bool) -> None:
    """Return after a yes to `question`; end the command with exit code 1 after anything else."""
    if not said_yes(question, yes=yes):
        note(text(cli.lang, "sure.no"))
        raise typer.Exit(1)


def said_yes(question: str, *, yes: bool) -> bool:
    """Whether the answer to `question` is yes."""
    try:
        return yes or typer.confirm(question, err=True)
    except typer.Abort:
        return False
