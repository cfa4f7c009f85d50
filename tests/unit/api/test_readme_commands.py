"""Every command line in the README and docs/files.md exists and has the options it needs."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from api.cli.commands import build

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", "docs/files.md")


def lines() -> list[str]:
    text = "\n".join((ROOT / page).read_text("utf-8") for page in PAGES)
    found = re.findall(r"^ebenbild [^\n#]+|`(ebenbild [^`]+)`", text, re.MULTILINE)
    blocks = re.findall(r"^(ebenbild [^\n#]+)", text, re.MULTILINE)
    return sorted({line.strip() for line in [*found, *blocks] if line.strip()})


@pytest.mark.parametrize("line", lines())
def test_the_command_exists_and_its_options_too(line: str) -> None:
    command = typer.main.get_command(build())
    words = shlex.split(line)[1:]
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands"), f"no such command: {line}"
    known = {name: option for option in command.params for name in option.opts}
    given = [word for word in words if word.startswith("--")]
    assert all(word in known for word in given), line
    if words:  # a bare name in running text need not show its arguments
        needed = {o.opts[0] for o in known.values() if o.required and o.opts[0].startswith("--")}
        assert needed <= set(given), line
