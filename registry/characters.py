"""How an invented figure comes to be searched and ends, and which traces are it.

Pure. A figure never takes anything from a performer: people are searched for as if there were no
figures, and a figure counts only where that search names nobody and the search among both names
the figure with the lead that a match needs.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from core.canonical import canonical
from core.errors import BadInput, Conflict
from fingerprint.models import Decision, Finding
from registry.models.characters import Character, CharacterState, Doubt, Statement

NAME_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 500


class Step(StrEnum):
    """What can happen to a figure."""

    CAPTURE = "capture"
    HOLD = "hold"
    ALLOW = "allow"
    ACTIVATE = "activate"
    REFUSE = "refuse"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"


_S = CharacterState
_LIVE = (_S.NOTICE, _S.HELD, _S.ACTIVE)
_STEPS: Mapping[Step, Mapping[CharacterState, CharacterState]] = {
    Step.CAPTURE: {_S.DRAFT: _S.NOTICE, **{state: state for state in _LIVE}},
    Step.HOLD: dict.fromkeys((_S.DRAFT, *_LIVE), _S.HELD),
    Step.ALLOW: {_S.HELD: _S.NOTICE},
    Step.ACTIVATE: {_S.NOTICE: _S.ACTIVE},
    Step.REFUSE: {_S.HELD: _S.REFUSED},
    Step.UPHOLD: dict.fromkeys((_S.DRAFT, *_LIVE), _S.ENDED),
    Step.WITHDRAW: dict.fromkeys((_S.DRAFT, *_LIVE), _S.WITHDRAWN),
}
OVER = frozenset({_S.REFUSED, _S.ENDED, _S.WITHDRAWN})


def advance(state: CharacterState, step: Step) -> CharacterState:
    """The state after a step; raises `Conflict` where it cannot be taken."""
    after = _STEPS[step].get(state)
    if after is None:
        raise Conflict(
            f"The figure is {state.value}: it cannot {step.value}.",
            next_step="See where it stands with `ebenbild figure show`.",
            code="figure-state",
        )
    return after


def shown_state(character: Character) -> CharacterState:
    """The state that the studio reads: whether it is like somebody enrolled is not told."""
    held = character.state is CharacterState.HELD
    return CharacterState.NOTICE if held else character.state


def is_due(character: Character, at: datetime) -> bool:
    """Whether its notice period is over, so that it may be searched."""
    waits = character.state is CharacterState.NOTICE and character.notice_until is not None
    return waits and character.notice_until is not None and character.notice_until <= at


def check_statement(name: str, statement: Statement, *, copies_nobody: bool) -> str:
    """The plain name; raises `BadInput` for what a statement of invention lacks."""
    if not copies_nobody:
        raise _bad("it must say that the figure copies no real person")
    plain = _plain("the name", name, NAME_LENGTH_MAX)
    for what in ("made_by", "tool", "model"):
        _plain(what, getattr(statement, what), TEXT_LENGTH_MAX)
    if len(statement.note) > TEXT_LENGTH_MAX or not _is_printable(statement.note):
        raise _bad(f"the note must have at most {TEXT_LENGTH_MAX} printable characters")
    return plain


def statement_bytes(name: str, statement: Statement) -> bytes:
    """The statement as it is sealed and hashed: RFC 8785 JSON."""
    return canonical(
        {
            "name": name,
            "made_by": statement.made_by,
            "tool": statement.tool,
            "model": statement.model,
            "note": statement.note,
            "copies_nobody": True,
        }
    )


def digest(statement: bytes) -> str:
    """What stays of a statement: its sha256, in hex."""
    return hashlib.sha256(statement).hexdigest()


def doubt_of(people: Finding, figures: Finding, everybody: Finding) -> Doubt | None:
    """Why a trace is not surely the figure that `figures` names; None where it names none.

    The three searches are among performers, among the studio's own figures, and among both.
    """
    if figures.decision is Decision.UNKNOWN or figures.print_id is None:
        return None
    if people.decision is not Decision.UNKNOWN:
        return Doubt.COLLIDES
    if everybody.print_id is not None and everybody.print_id != figures.print_id:
        return Doubt.COLLIDES
    if _is_close(everybody) and not _is_close(figures):
        return Doubt.COLLIDES
    sure = (figures.decision, everybody.decision) == (Decision.MATCH, Decision.MATCH)
    return Doubt.NONE if sure else Doubt.WEAK


def _is_close(finding: Finding) -> bool:
    return any(reason.code == "close-runner-up" for reason in finding.reasons)


def _plain(what: str, text: str, length_max: int) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > length_max or not plain.isprintable():
        raise _bad(f"{what} must have 1 to {length_max} printable characters")
    return plain


def _is_printable(text: str) -> bool:
    return text.isprintable() or not text


def _bad(what: str) -> BadInput:
    return BadInput(
        f"The statement of invention cannot be used: {what}.",
        next_step="See `ebenbild figure add --help`.",
        code="bad-statement",
    )
