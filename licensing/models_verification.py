"""What a verification off line found, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fingerprint.models import Reason
from licensing.models import Terms


class StepState(StrEnum):
    """NOT_CHECKED means that what the step needs was not handed in."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """One numbered step of an offline verification, with a sentence that needs no look-up."""

    number: int
    name: str
    state: StepState
    detail: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All steps in order; `terms` and `vc_id` are empty until the document could be read.

    `doubts` are what rule packs say against the terms or leave to a person; no step fails by them.
    `said` is what the document says, by name, where it is no licence.
    """

    steps: tuple[VerifyStep, ...]
    terms: Terms | None = None
    vc_id: str = ""
    doubts: tuple[Reason, ...] = ()
    said: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """No step failed; see `complete` for steps that nobody could check."""
        return all(step.state is not StepState.FAILED for step in self.steps)

    @property
    def complete(self) -> bool:
        """Every step was checked and holds."""
        return all(step.state is StepState.OK for step in self.steps)
