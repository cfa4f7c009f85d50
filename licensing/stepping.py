"""Runs numbered steps of an offline verification: each holds, fails, or stays unchecked."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.errors import EbenbildError
from licensing.models_verification import StepState, VerifyStep

A = TypeVar("A")
# Name of a step, whether its failure ends the checking, and what says what was found.
Check = tuple[str, bool, Callable[[A], str]]


class Unchecked(Exception):
    """What this step needs was not handed in."""


def run_checks(asked: A, checks: Sequence[Check[A]]) -> tuple[VerifyStep, ...]:
    """Run every step in order; what follows a vital failure stays unchecked."""
    steps: list[VerifyStep] = []
    broken = False
    for number, (name, vital, check) in enumerate(checks, 1):
        state, detail = StepState.NOT_CHECKED, "An earlier step failed."
        if not broken:
            state, detail = _outcome(check, asked)
            broken = vital and state is StepState.FAILED
        steps.append(VerifyStep(number, name, state, detail))
    return tuple(steps)


def _outcome(check: Callable[[A], str], asked: A) -> tuple[StepState, str]:
    try:
        return StepState.OK, check(asked)
    except Unchecked as exc:
        return StepState.NOT_CHECKED, str(exc)
    except EbenbildError as exc:
        return StepState.FAILED, exc.message
