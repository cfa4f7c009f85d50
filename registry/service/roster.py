"""Rosters: many performers at once, each with the same proofs as one alone.

A reference of the organisation's own makes it resumable: the same line again is the same performer.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.errors import BadInput, EbenbildError
from core.principal import Principal, require
from registry.minority import minority_of
from registry.models.people import EnrolmentState
from registry.models.roster import RosterEntry, RosterResult, RosterRow
from registry.proofing.duplicates import shown_state
from registry.proofing.sufficiency import Demands, missing
from registry.service.keys import keys_at
from registry.service.minors import declare_minor
from registry.service.people import create_performer
from registry.service.proofing import evidence_of
from registry.store import enrolments, prints, roster

SCOPE = "performers"
LINES_MAX = 500
REFERENCE_LENGTH_MAX = 100


def add_lines(
    session: Session,
    principal: Principal,
    lines: Sequence[RosterRow],
    *,
    agrees_from_years: int,
    now: datetime,
) -> tuple[RosterResult, ...]:
    """Add every line that can be added, and say of each other one why not; call it in `write()`.

    A line that is refused changes nothing; one that is known gives the performer it gave before.
    """
    require(principal, SCOPE)
    _check_length(lines)
    found: list[RosterResult] = []
    for number, line in enumerate(lines, 1):
        try:
            performer_id, known = _add(session, principal, line, agrees_from_years, now)
            found.append(RosterResult(number, line.reference, performer_id, known, "", ""))
        except BadInput as refused:
            found.append(_refused(number, line, refused))
    return tuple(found)


def list_entries(
    session: Session,
    principal: Principal,
    *,
    demands: Demands,
    after: str = "",
    limit: int = LINES_MAX,
    now: datetime,
) -> tuple[RosterEntry, ...]:
    """The caller's roster by id, and how far each has come."""
    require(principal, SCOPE)
    return tuple(
        _entry(session, principal, row, demands=demands, now=now)
        for row in roster.list_entries(session, principal, after=after, limit=limit)
    )


def _add(
    session: Session, principal: Principal, line: RosterRow, years: int, now: datetime
) -> tuple[str, bool]:
    reference = line.reference.strip()
    if not 0 < len(reference) <= REFERENCE_LENGTH_MAX or not reference.isprintable():
        raise BadInput(
            f"A reference has 1 to {REFERENCE_LENGTH_MAX} printable characters.",
            next_step="Give each person your own number or name.",
            code="bad-reference",
        )
    known = roster.find_entry(session, principal, reference)
    if known is not None:
        return known, True
    if line.born_on is not None:
        # Looked at before anything is written: a refused line leaves nothing behind.
        minority_of(line.born_on, agrees_from_years=years, at=now)
    made = create_performer(
        session, principal, name=line.name, public_name=line.public_name or line.name, now=now
    )
    if line.born_on is not None:
        declare_minor(session, principal, made.id, line.born_on, agrees_from_years=years, now=now)
    roster.add_entry(session, principal, reference, made.id, at=now)
    return made.id, False


def _entry(
    session: Session,
    principal: Principal,
    row: tuple[str, str, str, datetime],
    *,
    demands: Demands,
    now: datetime,
) -> RosterEntry:
    entry_id, reference, performer_id, added_at = row
    standing = [
        item
        for item in enrolments.list_enrolments(session, principal, performer_id)
        if item.state is not EnrolmentState.WITHDRAWN
    ]
    newest = standing[-1] if standing else None
    captured = newest is not None and newest.state is EnrolmentState.CAPTURED
    lacking = missing(evidence_of(session, newest), demands) if newest and captured else ()
    made = prints.list_prints(session, principal, performer_id)
    return RosterEntry(
        id=entry_id,
        reference=reference,
        performer_id=performer_id,
        added_at=added_at,
        key_bound=bool(keys_at(session, performer_id, now)),
        enrolment_id=None if newest is None else newest.id,
        state=None if newest is None else shown_state(newest).value,
        prints=sum(newest is not None and item.enrolment_id == newest.id for item in made),
        missing=lacking,
    )


def _check_length(lines: Sequence[RosterRow]) -> None:
    if not 1 <= len(lines) <= LINES_MAX:
        raise BadInput(
            f"A roster is handed in by 1 to {LINES_MAX} lines at a time.",
            next_step="Split it; what is known already is not added twice.",
            code="roster-length",
        )


def _refused(number: int, line: RosterRow, refused: EbenbildError) -> RosterResult:
    return RosterResult(
        number, line.reference, None, False, refused.message, refused.next_step or ""
    )
