"""A performer's prints as their page shows them: what is searched, how good, since when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.performer.whom import Whom
from registry.models.people import Enrolment, EnrolmentState, Print, Purpose
from registry.models.proofs import Attestation
from registry.proofing.duplicates import shown_state
from registry.service import enrolment, excerpts, likenesses, proofing, purposes, samples
from registry.service.likenesses import Alike

# From this many templates on a print is called by the word; more hold in more situations.
WORDS = ((6, "broad"), (2, "good"), (1, "narrow"))
GONE = "gone"


def prints_page(session: Session, acting: Whom, now: datetime) -> dict[str, Any]:
    """Every print with its enrolment, those that are searched first, newest before older."""
    who, side = acting.performer.id, acting.side
    found = {item.id: item for item in enrolment.list_enrolments(session, side, who)}
    shown = [
        _row(session, acting, item, found[item.enrolment_id], now)
        for item in samples.list_prints(session, side, who)
    ]
    shown.sort(key=lambda row: row["print"].seq, reverse=True)
    standing = [row for row in shown if row["state"] != GONE]
    return {
        "prints": standing,
        "gone": [row for row in shown if row["state"] == GONE],
        "searched": sum(row["state"] == EnrolmentState.ACTIVE.value for row in standing),
        "begun": [item for item in found.values() if _is_begun(item, standing)],
        "alike": [
            (one, dispute_of(one)) for one in likenesses.alike(session, side, performer_id=who)
        ],
    }


def dispute_of(found: Alike) -> str:
    """In a word where one's dispute about an invented figure stands: `none` before there is one."""
    item = found.likeness
    if item.outcome is not None:
        return item.outcome.value
    if found.is_over:
        return "over"
    return "open" if item.is_open else "none"


def word_of(templates: int) -> str:
    """How good a print is, in a word that the catalogue explains."""
    return next((word for least, word in WORDS if templates >= least), WORDS[-1][1])


def _row(
    session: Session, acting: Whom, item: Print, made: Enrolment, now: datetime
) -> dict[str, Any]:
    over = made.valid_until is not None and made.valid_until <= now
    said = proofing.attestations_of(session, acting.side, made.id)
    given = purposes.given_purposes(session, made)
    return {
        "print": item,
        "enrolment": made,
        "state": GONE if item.withdrawn_at is not None or over else shown_state(made).value,
        "quality": word_of(item.templates),
        "vouched": _vouched(said),
        "given": sorted(given),
        "compared": Purpose.COMPARISON in given,
        "excerpt": excerpts.own(session, acting.side, made.id, item.modality),
    }


def _vouched(said: Sequence[Attestation]) -> int:
    """How many people vouched, each counted once; who denied a fact is none of them."""
    last = {one.attester: one for one in said}
    return sum(not one.refused for one in last.values())


def _is_begun(item: Enrolment, standing: Sequence[dict[str, Any]]) -> bool:
    """Whether a consent was signed that has no print yet."""
    signed = item.signed_at is not None and item.state is not EnrolmentState.WITHDRAWN
    return signed and all(row["enrolment"].id != item.id for row in standing)
