"""Runs the product's own commands the way a person would, and shows each before it runs.

Whatever a scene shows can be typed again: there is no other way into the registry here than the
command line that everybody has.
"""

import contextlib
import io
import json
import os
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from api.cli.main import main
from core.errors import EbenbildError

OUT = Console(highlight=False)


class CommandFailed(EbenbildError):
    """A command of the demo ended with an exit code that the story does not expect."""


@contextlib.contextmanager
def acting_as(name: str, api_key: str) -> Iterator[None]:
    """Run the commands inside with this organisation's API key."""
    OUT.print(f"\n[bold]{escape(name)}[/]")
    before = os.environ.get("EBENBILD_API_KEY")
    os.environ["EBENBILD_API_KEY"] = api_key
    try:
        yield
    finally:
        if before is None:
            del os.environ["EBENBILD_API_KEY"]
        else:
            os.environ["EBENBILD_API_KEY"] = before


def ask(*words: str, expect: Sequence[int] = (0,)) -> Any:
    """Run a command for its JSON document; its own table is not printed."""
    _announce(words)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = main([*words, "--json"])
    _require(words, code, expect)
    return json.loads(printed.getvalue())


def show(*words: str, expect: Sequence[int] = (0,)) -> int:
    """Run a command as it is, its output on the screen; returns its exit code."""
    _announce(words)
    code = main(words)
    _require(words, code, expect)
    return code


def scene(title: str) -> None:
    """A heading."""
    OUT.print()
    OUT.rule(escape(title), align="left")


def remark(line: str) -> None:
    """One line of the story."""
    OUT.print(escape(line), soft_wrap=True)


def _announce(words: Sequence[str]) -> None:
    # Printed whole, never wrapped: it is there to be copied.
    OUT.print(f"[dim]$ ebenbild {escape(shlex.join(words))}[/]", soft_wrap=True)


def _require(words: Sequence[str], code: int, expect: Sequence[int]) -> None:
    if code not in expect:
        raise CommandFailed(
            f"`ebenbild {words[0]}` ended with {code}, expected {' or '.join(map(str, expect))}.",
            next_step="Read its message above; `ebenbild doctor` checks the set-up.",
        )
