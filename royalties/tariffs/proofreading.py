"""A tariff as somebody types it: what is wrong, by the line of the text where it stands."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput
from royalties.tariffs.documents import BYTES_MAX, faults_in, tariff_from_dict
from royalties.tariffs.models import Tariff

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_Tokens = deque[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field, by its path, on a line of the text counted from 1."""

    line: int
    path: str
    said: str


def proofread(text: str) -> tuple[Tariff | None, tuple[Fault, ...]]:
    """The tariff that a text is, or its faults by line; never both."""
    if len(text) > BYTES_MAX:
        return None, (Fault(1, "", f"the document is larger than {BYTES_MAX} bytes"),)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as exc:
        return None, (Fault(getattr(exc, "lineno", 1), "", "the document is no JSON"),)
    try:
        return tariff_from_dict(data), ()
    except BadInput:
        lines = places(text)
        return None, tuple(sorted(_faults(data, lines), key=lambda one: one.line))


def places(text: str) -> dict[str, int]:
    """The line of every field of a JSON text, by its path: `params.steps.0.share`."""
    tokens: _Tokens = deque(
        (found[0], text.count("\n", 0, found.start()) + 1) for found in _TOKEN.finditer(text)
    )
    lines: dict[str, int] = {}
    _value(tokens, "", lines)
    return lines


def _faults(data: Any, lines: dict[str, int]) -> Iterator[Fault]:
    for path, said in faults_in(data):
        place = path
        while place not in lines:
            place = place.rpartition(".")[0]
        yield Fault(lines[place], path, said)


def _value(tokens: _Tokens, path: str, lines: dict[str, int]) -> None:
    opened, line = tokens.popleft()
    lines.setdefault(path, line)
    if opened not in {"{", "["}:
        return
    number = 0
    while tokens[0][0] not in {"}", "]"}:
        if opened == "{":
            name, line = tokens.popleft()
            tokens.popleft()  # the colon
            inner = str(json.loads(name))
            lines.setdefault(_joined(path, inner), line)
        else:
            inner, number = str(number), number + 1
        _value(tokens, _joined(path, inner), lines)
        if tokens[0][0] == ",":
            tokens.popleft()
    tokens.popleft()


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
