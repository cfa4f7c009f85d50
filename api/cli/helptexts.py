"""What `--help` says in German: the words that commands and options carry, looked up in one file.

They are written in English beside the code that they are about, so their words are the key here, as
an error's are. A test reads every command and fails on words that have no German.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from api.web.texts import FOLDER

# What Typer says itself, by the name that it keeps each under.
_FRAME = {
    "ARGUMENTS_PANEL_TITLE": "Argumente",
    "COMMANDS_PANEL_TITLE": "Befehle",
    "DEFAULT_STRING": "[sonst: {}]",
    "ERRORS_PANEL_TITLE": "Fehler",
    "ENVVAR_STRING": "[aus der Umgebung: {}]",
    "OPTIONS_PANEL_TITLE": "Optionen",
    "REQUIRED_LONG_STRING": "[nötig]",
    "RICH_HELP": "Was der Befehl erwartet: [blue]{command_path} {help_option}[/]",
}
_USAGE = {
    "Usage: ": "Aufruf: ",
    "[OPTIONS]": "[OPTIONEN]",
    "COMMAND [ARGS]...": "BEFEHL [ARGUMENTE]...",
}


@cache
def german() -> Mapping[str, str]:
    """The German of each text, by the English one without its indentation."""
    found: dict[str, str] = json.loads((FOLDER / "help.de.json").read_text("utf-8"))
    return found


def speak_german(command: Any) -> None:
    """Put German words into a command, its options and every command below it."""
    command.help = _told(command.help)
    command.rich_help_panel = _told(command.rich_help_panel)
    for option in command.params:
        option.help = _told(getattr(option, "help", None))
        option.rich_help_panel = _told(option.rich_help_panel)
    command.format_help = partial(_format_help, command, command.format_help)
    command.get_usage = partial(_usage, command.get_usage)
    for below in getattr(command, "commands", {}).values():
        speak_german(below)


def texts_of(command: Any) -> Iterator[str]:
    """Every text that `speak_german` looks up, of a command and of those below it."""
    said = [command.help, command.rich_help_panel]
    for option in command.params:
        said += [getattr(option, "help", None), option.rich_help_panel]
    yield from (inspect.cleandoc(one) for one in said if isinstance(one, str) and one)
    for below in getattr(command, "commands", {}).values():
        yield from texts_of(below)


def _told(said: Any) -> Any:
    if not isinstance(said, str):
        return said
    return german().get(inspect.cleandoc(said), said)


def _format_help(command: Any, original: Callable[..., None], context: Any, formatter: Any) -> None:
    asks = command.get_help_option(context)
    if asks is not None:
        asks.help = _told(asks.help)
    with framed():
        original(context, formatter)


def _usage(original: Callable[..., str], context: Any) -> str:
    said = original(context)
    for english, told in _USAGE.items():
        said = said.replace(english, told, 1)
    return said


@contextmanager
def framed() -> Iterator[None]:
    """Typer's own words in German, for as long as it writes."""
    from typer import rich_utils  # noqa: PLC0415 - slow, and needed where help is shown alone

    before = {name: getattr(rich_utils, name) for name in _FRAME}
    _set(rich_utils, _FRAME)
    try:
        yield
    finally:
        _set(rich_utils, before)


def _set(module: Any, words: Mapping[str, str]) -> None:
    for name, said in words.items():
        setattr(module, name, said)
