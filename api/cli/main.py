"""The entry point: runs a command and turns its end into an exit code.

0 done or cleared, 1 error, 2 refused, 3 needs a person (review or unknown person), 64 wrong use
of the command line (EX_USAGE of sysexits.h; Typer's own 2 would read as a refusal), 130 stopped.
"""

import functools
import gc
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from api.cli.commands import build
from api.cli.options import asked_language, behind, language
from core.hardening import no_core_dumps

EXIT_USAGE = 64
EXIT_STOPPED = 130
# Starting makes hundreds of thousands of objects that stay; looking for cycles among them takes a
# sixth of the time of a short command.
_OBJECTS_BETWEEN_SEARCHES = 50_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's own) and return its exit code."""
    no_core_dumps()
    search_garbage_rarely()
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = _language(arguments)
    try:
        program = _program(lang)
        code = program.main(args=behind(arguments), prog_name="ebenbild", standalone_mode=False)
    except TyperException as error:
        return _usage(_with_files(error, arguments, lang), lang, as_json="--json" in arguments)
    except (KeyboardInterrupt, Abort):
        return _stopped()
    return code if isinstance(code, int) else 0


def search_garbage_rarely() -> None:
    """Let a process look for cycles as rarely as programs of ours do."""
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, 20, 20)


@functools.cache
def _program(lang: str) -> TyperGroup:
    """The whole command line, read from its functions once, with its help in this language."""
    made = cast(TyperGroup, typer.main.get_command(build()))
    if lang == "de":
        from api.cli.helptexts import speak_german  # noqa: PLC0415

        speak_german(made)
    return made


def _language(arguments: Sequence[str]) -> str:
    """The language in which the command that these ask for speaks."""
    return language(asked_language(arguments))


def _with_files(error: TyperException, arguments: Sequence[str], lang: str) -> TyperException:
    """The error; it says so where what was read as options is the name of a file."""
    file = next((one for one in arguments if one.startswith("-") and Path(one).is_file()), None)
    if file is not None:
        from api.web.faulttexts import told  # noqa: PLC0415

        said = f"{file} is a file whose name begins like an option: write ./{file}"
        error.message = told(lang, said)
    return error


def _usage(error: TyperException, lang: str, *, as_json: bool) -> int:
    if lang == "de":
        from api.cli.usagetexts import usage_in_german  # noqa: PLC0415

        said = usage_in_german(error.format_message())
        error.format_message = lambda: said  # type: ignore[method-assign]
    if as_json:
        from api.cli.output import show_error  # noqa: PLC0415
        from core.errors import BadInput  # noqa: PLC0415

        wrong = BadInput(
            error.format_message(),
            next_step="Add --help to the command to see what it takes.",
            code="wrong-usage",
        )
        show_error(wrong, lang, as_json=True)
        return EXIT_USAGE
    _show_usage(error, lang)
    return EXIT_USAGE


def _show_usage(error: TyperException, lang: str) -> None:
    from typer.rich_utils import rich_format_error  # noqa: PLC0415

    from api.cli.helptexts import framed  # noqa: PLC0415

    with framed() if lang == "de" else nullcontext():
        # Typer's public errors are subclasses of the class that its printer names.
        rich_format_error(cast(Any, error))


def _stopped() -> int:
    from api.web.faulttexts import told  # noqa: PLC0415

    print(told(language(""), "stopped"), file=sys.stderr)
    return EXIT_STOPPED


if __name__ == "__main__":
    sys.exit(main())
