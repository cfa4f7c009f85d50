"""What a registry finds wrong with a field, said of the option that a command took it by.

The registry knows its fields, and whoever types a command its options: `--reason`, not "Reason".
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from typer.models import ArgumentInfo, OptionInfo

from core.errors import EbenbildError

_HOW = "Add --help to the command to see what it takes."
_TYPED = (OptionInfo, ArgumentInfo)


def options_of(function: Callable[..., Any], sent: Mapping[str, str]) -> Mapping[str, str]:
    """How each parameter of a command is typed, by the field that it is sent as.

    That is its own name, with or without `_id`; `sent` names the field where it is another.
    """
    found: dict[str, str] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        told = next(
            (one for one in get_args(parameter.annotation) if isinstance(one, _TYPED)), None
        )
        if told is not None:
            field = sent.get(name, name)
            found |= dict.fromkeys((field, f"{field}_id"), _typed(name, told))
    return found


def say_options(error: EbenbildError, options: Mapping[str, str], lang: str) -> None:
    """Have a refusal name its fields by the options that they came from, where it names any.

    A field that came by none keeps its label; any other error stays as it is.
    """
    from api.web.faulttexts import told  # noqa: PLC0415

    faults = getattr(error, "body", {}).get("faults") or ()
    typed = [options.get(_field(fault), "") for fault in faults]
    if any(typed) and error.message == _told([fault["label"] for fault in faults], faults):
        names = [name or fault["label"] for name, fault in zip(typed, faults, strict=True)]
        error.body |= {"detail": _told(names, faults), "next_step": told(lang, _HOW)}  # type: ignore[attr-defined]


def _told(names: list[str], faults: Sequence[Mapping[str, str]]) -> str:
    """As `api.errors` tells it."""
    pairs = zip(names, faults, strict=True)
    return "; ".join(f"{name}: {fault['message']}" for name, fault in pairs)


def _field(fault: Mapping[str, str]) -> str:
    """The name of a field of the request itself; what lies deeper came by no option."""
    place, _, name = fault["field"].partition(".")
    return name if place in {"body", "query"} else ""


def _typed(name: str, told: OptionInfo | ArgumentInfo) -> str:
    if isinstance(told, ArgumentInfo):
        return name
    long = [one for one in told.param_decls or () if one.startswith("--")]
    return long[0].partition("/")[0] if long else f"--{name.replace('_', '-')}"
