"""Gives every command the same common options and one object to work with.

`--json`, `--server`, `--data-dir` and `--lang` stand in each command's own help, because that is
where people look for them; they may be given before the command as well. Nothing heavy is imported
until a command needs it.
"""

import errno
import functools
import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import BadInput, Conflict, EbenbildError

if TYPE_CHECKING:
    from api.client import Client
    from core.settings import Settings

PANEL = "Common options"
_WIDTHS = {"--json": 1, "--server": 2, "--data-dir": 2, "--lang": 2}
"""The common options, and in how many words each is said."""
EXIT_ERROR = 1
LANG: ContextVar[str] = ContextVar("lang", default="en")
"""The language of the command that runs."""
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document.", rich_help_panel=PANEL)
]
ServerOption = Annotated[
    str,
    typer.Option(
        "--server",
        envvar="EBENBILD_SERVER",
        help="URL of a registry; without it the one in the data folder is used.",
        rich_help_panel=PANEL,
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Data folder (default: EBENBILD_DATA_DIR or ./ebenbild-data).",
        rich_help_panel=PANEL,
    ),
]
LangOption = Annotated[
    str, typer.Option("--lang", help="en or de (default: from LANG).", rich_help_panel=PANEL)
]


@dataclass(frozen=True, slots=True)
class Cli:
    """What a command was asked with."""

    as_json: bool
    server: str
    data_dir: Path | None
    lang: str

    def settings(self) -> "Settings":
        """The settings, with the data folder of this call."""
        from core.settings import load_settings  # noqa: PLC0415

        if self.data_dir is not None:
            # Workers started by this call read the same variable.
            os.environ["EBENBILD_DATA_DIR"] = str(self.data_dir.absolute())
        return load_settings()

    def client(self) -> "Client":
        """The registry to speak to, near or far; raises with the step that is missing."""
        from api.cli.connect import connect  # noqa: PLC0415

        return connect(self)


def language(asked: str) -> str:
    """`en` or `de`: as asked, else as the environment says."""
    spoken = asked or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "de" if spoken.lower().startswith("de") else "en"


def asked_language(arguments: Sequence[str]) -> str:
    """What a command line says after `--lang`, before a command has read it; "" for nothing."""
    for place, one in enumerate(arguments):
        if one == "--lang":
            return "".join(arguments[place + 1 : place + 2])
        if one.startswith("--lang="):
            return one.removeprefix("--lang=")
    return ""


def behind(arguments: Sequence[str]) -> list[str]:
    """The same command line with common options that stand before the command behind it.

    Where no command follows they are left out: there is nothing that takes them.
    """
    count = 0
    while count < len(arguments) and (width := _WIDTHS.get(arguments[count].split("=")[0])):
        count += 1 if "=" in arguments[count] else width
    first, rest = list(arguments[:count]), list(arguments[count:])
    if not any(not one.startswith("-") for one in rest):
        return rest
    place = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:place], *first, *rest[place:]]


def command(
    app: typer.Typer, name: str, **sent: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as command `name`; it gets a `Cli` first and its own options after.

    `sent` names the field of the request that a parameter of another name is sent as.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(*args: Any, **given: Any) -> None:
            cli = Cli(
                as_json=given.pop("as_json"),
                server=given.pop("server"),
                data_dir=given.pop("data_dir"),
                lang=language(given.pop("lang")),
            )
            spoken = LANG.set(cli.lang)
            try:
                function(cli, *args, **given)
            except EbenbildError as error:
                _name_options(cli, error, function, sent)
                _show(cli, error)
                raise typer.Exit(EXIT_ERROR) from error
            except OSError as error:
                _show_system(cli, error)
                raise typer.Exit(EXIT_ERROR) from error
            except typer.BadParameter as error:
                error.message = _told(cli.lang, error.message)
                raise
            finally:
                LANG.reset(spoken)

        own = list(inspect.signature(function).parameters.values())[1:]
        run.__signature__ = inspect.Signature([*own, *_common()])  # type: ignore[attr-defined]
        run.__annotations__ = {item.name: item.annotation for item in [*own, *_common()]}
        app.command(name, help=inspect.getdoc(function))(run)
        return function

    return register


def _name_options(
    cli: Cli, error: EbenbildError, function: Callable[..., None], sent: Mapping[str, str]
) -> None:
    """Say to people which option is wrong; programs are told the registry's own field."""
    if not cli.as_json:
        from api.cli.optionnames import options_of, say_options  # noqa: PLC0415

        say_options(error, options_of(function, sent), cli.lang)


def _show(cli: Cli, error: EbenbildError) -> None:
    from api.cli.output import show_error  # noqa: PLC0415

    show_error(error, cli.lang, as_json=cli.as_json)


def _show_system(cli: Cli, error: OSError) -> None:
    from core.scratch import of_system  # noqa: PLC0415

    known = of_system(error) or _of_place(error)
    if known is None:
        raise error
    _show(cli, known)


def _of_place(error: OSError) -> EbenbildError | None:
    """What is wrong with where a file was to be written or read; None for anything else."""
    if error.filename is None:
        return None
    if error.errno == errno.EEXIST:
        return Conflict(
            f"{error.filename} is there already; nothing is written over it",
            next_step="name another file, or move that one away",
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        return BadInput(
            f"{error.filename} is no place for a file",
            next_step="name a file in a folder that is there",
        )
    return None


def _told(lang: str, sentence: str) -> str:
    from api.web.faulttexts import told  # noqa: PLC0415

    return told(lang, sentence)


def _common() -> list[inspect.Parameter]:
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter("as_json", kind, default=False, annotation=JsonOption),
        inspect.Parameter("server", kind, default="", annotation=ServerOption),
        inspect.Parameter("data_dir", kind, default=None, annotation=DataDirOption),
        inspect.Parameter("lang", kind, default="", annotation=LangOption),
    ]
