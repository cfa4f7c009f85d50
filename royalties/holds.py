"""Why money of a performer is booked and not paid out: derived from what stands, never stored.

What was held is free again as soon as its cause has gone: a notice period that ended, a dispute
that two people decided, a birthday. What a dispute takes away is reversed by the next accrual,
because its prints and matches are gone. A newcomer reads of a dispute what an enrolment tells: that
the notice period goes on.
"""

from collections.abc import Iterable
from datetime import datetime

from core.clock import to_text
from fingerprint.models import Reason
from registry.mandates import uncovered
from registry.minority import adult_on, is_minor, midnight, minority_in
from registry.models.estates import Estate, EstateState
from registry.models.guardianship import MoneyRelease
from registry.models.mandates import Act, Mandate
from registry.models.people import Enrolment, EnrolmentState, Performer
from registry.moneyrelease import is_released
from registry.proofing.duplicates import shown_state

UNPROVED = frozenset({EnrolmentState.PROOFED, EnrolmentState.NOTICE})


def holds(
    performer: Performer,
    enrolments: Iterable[Enrolment],
    estates: Iterable[Estate],
    at: datetime,
    *,
    releases: Iterable[MoneyRelease] = (),
) -> tuple[Reason, ...]:
    """Every reason why nothing is paid out to this performer at `at`; empty when it may be.

    `releases` are those of a minor's money.
    """
    standing = [item for item in enrolments if item.state is not EnrolmentState.WITHDRAWN]
    found: list[Reason] = []
    if any(shown_state(item) is EnrolmentState.DISPUTED for item in standing):
        found.append(Reason("held-disputed", {}))
    if not any(item.activated_at is not None for item in standing):
        waiting = [item.notice_until for item in standing if shown_state(item) in UNPROVED]
        until = max((one for one in waiting if one is not None), default=None)
        if waiting:
            found.append(Reason("held-notice", {"until": "" if until is None else to_text(until)}))
    minority = minority_in(performer)
    if minority is not None and is_minor(minority, at) and not is_released(releases, at):
        until = midnight(adult_on(minority.born_on))
        found.append(Reason("held-minor", {"until": to_text(until)}))
    if any(item.state is EstateState.CLAIMED for item in estates):
        found.append(Reason("held-estate", {}))
    return tuple(found)


def of_guardians(
    performer: Performer, account_set_at: datetime | None, at: datetime
) -> tuple[Reason, ...]:
    """Why nothing is paid to an account that was set for a child who is of age at `at`."""
    minority = minority_in(performer)
    if minority is None or account_set_at is None:
        return ()
    of_age = midnight(adult_on(minority.born_on))
    return (Reason("held-guardians-account", {}),) if account_set_at < of_age <= at else ()


def not_collected(mandates: Iterable[Mandate], to: str, at: datetime) -> tuple[Reason, ...]:
    """Why nothing is paid to the organisation `to` in the performer's stead; empty when it may be.

    Only a mandate that names collecting lets an agent have the money; reading does not.
    """
    found = [uncovered(item, holder_id=to, act=Act.COLLECT, at=at) for item in mandates]
    return () if () in found else (Reason("held-no-collect", {"to": to}),)
