"""Asks before what binds or destroys; only a yes, typed or given as `--yes`, goes on.

Where nobody answers (a pipe that is empty, a job at night) that is no yes: signing and erasing are
never done by silence.
"""

from typing import Annotated

import typer

from core.errors import BadInput

Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question.")]


def sure(question: str, *, yes: bool) -> None:
    """Return after a yes to `question`; raises BadInput after anything else."""
    if not said_yes(question, yes=yes):
        raise BadInput(
            "Nothing was done.",
            next_step="Where nobody can answer, add --yes.",
            code="not-agreed",
        )


def said_yes(question: str, *, yes: bool) -> bool:
    """Whether the answer to `question` is yes."""
    try:
        return yes or typer.confirm(question, err=True)
    except typer.Abort:
        return False
