"""Every command line in the README and in docs/ exists and has the options it needs."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import typer
from typer.core import TyperGroup

from api.cli.commands import build

ROOT = Path(__file__).parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def lines() -> list[str]:
    """Each command once: those in blocks, also several in a line, and those named in the text."""
    text = "\n".join(page.read_text("utf-8") for page in PAGES).replace("\\\n", " ")
    found = re.findall(r"^ *ebenbild [^\n#]+|`ebenbild [^`]+`", text, re.MULTILINE)
    parts = (part.strip(" `") for line in found for part in re.split(r"; (?=ebenbild)|&&", line))
    return sorted({" ".join(part.split()) for part in parts if part.startswith("ebenbild ")})


@cache
def program() -> TyperGroup:
    """The whole command line, read once: that takes a second."""
    return cast(TyperGroup, typer.main.get_command(build()))


def commands(found: Any) -> Iterator[Any]:
    for command in found.commands.values():
        if hasattr(command, "commands"):
            yield from commands(command)
        else:
            yield command


def names(option: Any) -> tuple[str, ...]:
    return (*option.opts, *option.secondary_opts)


def test_every_command_argument_and_option_is_explained() -> None:
    for command in commands(program()):
        assert command.help, command.name
        silent = [
            part.name for part in command.params if not part.help and not getattr(part, "hidden", 0)
        ]
        assert not silent, (command.name, silent)


@pytest.mark.parametrize("line", lines())
def test_the_command_exists_and_its_options_too(line: str) -> None:
    command: Any = program()
    words = shlex.split(line)[1:]
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands"), f"no such command: {line}"
    known = {name: option for option in command.params for name in names(option)}
    given = [word for word in words if word.startswith("--")]
    assert all(word in known for word in given), line
    if words and "..." not in words:  # running text need not show every argument
        needed = [o for o in known.values() if o.required and o.opts[0].startswith("--")]
        assert all(set(names(option)) & set(given) for option in needed), line
