"""How results, progress and errors look in a terminal; `--json` prints the plain document.

Results go to standard output, everything else to standard error, so that pipes stay clean.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.cli.headings import cell, heading
from api.cli.options import Cli
from core.errors import EbenbildError

# Without emoji=False every did:key would be printed as a picture of a key.
OUT = Console(highlight=False, emoji=False)
ERR = Console(stderr=True, highlight=False, emoji=False)
ID = re.compile(r"[a-z]{3}_[a-z2-7]{26}|did:key:")
WIDEST = 10_000
# How the steps of a verification end.
MARKS = {"ok": "✓", "failed": "✗", "not-checked": "–"}
STYLES = {"CLEARED": "green", "REFUSED": "red", "REVIEW": "yellow", "UNKNOWN PERSON": "cyan"}
SHAPES = {"CLEARED": "✓", "REFUSED": "▬", "REVIEW": "?", "UNKNOWN PERSON": "○"}


def emit(cli: Cli, value: Any, render: Callable[[], None]) -> None:
    """`value` as JSON where it was asked for, else whatever `render` prints."""
    if cli.as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    else:
        render()


def say(line: str) -> None:
    """One line of result; square brackets are taken literally."""
    OUT.print(escape(line), soft_wrap=True)


def note(line: str) -> None:
    """One line for the person only."""
    ERR.print(escape(line), style="dim", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table as wide as its content; in a narrow terminal only words are folded, never ids."""
    cells = [[cell(*pair) for pair in zip_longest(columns, row, fillvalue="")] for row in rows]
    grid = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        whole = number == 0 or any(ID.match(row[number]) for row in cells)
        grid.add_column(escape(heading(column)), overflow="fold", no_wrap=whole)
    for row in cells:
        grid.add_row(*map(escape, row))
    natural = Measurement.get(OUT, OUT.options.update(width=WIDEST), grid).maximum
    if OUT.is_terminal:
        OUT.print(grid, width=max(min(natural, OUT.width), 1), crop=False)
    else:
        # A console in a pipe thinks itself 80 columns wide and would fold whatever is wider.
        Console(file=OUT.file, width=max(natural, 1), highlight=False, emoji=False).print(grid)


def fields(pairs: Mapping[str, Any]) -> None:
    """Names and values, one below the other; a mapping is one line for each of its own."""
    width = max((len(heading(name)) for name in pairs), default=0)
    for name, value in pairs.items():
        lines = (
            [f"{heading(key)}: {cell(key, item)}" for key, item in value.items()]
            if isinstance(value, dict)
            else value
        )
        items = lines if isinstance(lines, list | tuple) else [lines]
        for place, item in enumerate(items or [""]):
            label = ("" if place else heading(name)).ljust(width)
            OUT.print(f"[dim]{escape(label)}[/dim]  {escape(cell(name, item))}", soft_wrap=True)


def verdict(word: str, line: str) -> None:
    """A line that starts with a verdict's shape in its colour."""
    shape = f"[bold {STYLES.get(word, 'default')}]{SHAPES.get(word, ' ')}[/]"
    OUT.print(f"{shape} {escape(line)}", soft_wrap=True)


def show_error(error: EbenbildError, lang: str, *, as_json: bool = False) -> None:
    """What went wrong and what to do now, on standard error.

    As JSON it is the API's own problem document on one line, the last: notes may stand before it.
    """
    from api import problems  # noqa: PLC0415

    # What a registry answered says more than the error that it became here, in the words asked for.
    problem = {**problems.of_error(lang, error), **getattr(error, "body", {})}
    if as_json:
        sys.stderr.write(json.dumps(problem, ensure_ascii=False) + "\n")
        return
    ERR.print(f"[bold red]{escape(problem['detail'])}[/]", soft_wrap=True)
    if problem["next_step"]:
        ERR.print(f"→ {escape(problem['next_step'])}", soft_wrap=True)


def left(seconds: int | None) -> str:
    """Time still to go as players show it, empty where nobody knows: −1:05."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"−{hours}:{minutes:02}:{rest:02}" if hours else f"−{minutes}:{rest:02}"


def waits_for(job: Mapping[str, Any]) -> str:
    """What went wrong with a job that will be tried again, and what helps; else nothing."""
    fault = job.get("error") if job.get("state") == "queued" else None
    return "" if fault is None else f"{fault['message']} {fault['next_step']}".strip()


@contextmanager
def progress(label: str) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A bar fed with job documents: `progress` from 0 to 1 and a `note`.

    In a pipe it says only, once, what a job that will be tried again waits for.
    """
    if not ERR.is_terminal:
        said = set[str]()

        def tell(job: Mapping[str, Any]) -> None:
            why = waits_for(job)
            if why and why not in said:
                said.add(why)
                note(f"{label}: {why}")

        yield tell
        return
    words, share = TextColumn("{task.description}"), TextColumn("{task.percentage:>3.0f}%")
    with Progress(
        words, BarColumn(), share, TimeElapsedColumn(), console=ERR, transient=True
    ) as bar:
        task = bar.add_task(escape(label), total=1.0)

        def feed(job: Mapping[str, Any]) -> None:
            parts = [
                label,
                waits_for(job) or job.get("note") or "",
                left(job.get("remaining_seconds")),
            ]
            shown = " · ".join(part for part in parts if part)
            bar.update(task, completed=float(job.get("progress") or 0), description=escape(shown))

        yield feed
