"""Ending a licence by notice: it goes on for the days that were agreed, and then is over.

Either side may give notice. The performer may also revoke at any time, which ends it at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licensing.models import LicenceInForce, Terms


@dataclass(frozen=True, slots=True)
class Termination:
    """Notice of one licence: given by `by_tenant`, known from `seq` on, effective at `ends_at`."""

    licence_id: str
    by_tenant: str
    seq: int
    given_at: datetime
    ends_at: datetime


def ends_at(terms: Terms, given_at: datetime) -> datetime:
    """When a licence is over after notice at that time; never later than its own term."""
    return min(terms.valid_until, given_at + timedelta(days=terms.termination_notice_days))


def with_notice(
    licences: Sequence[LicenceInForce], given: Mapping[str, Termination], up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    """The same licences, each over when notice known by `up_to_seq` says so.

    A sublicence is over with the licence above it.
    """
    return tuple(_ended(licence, given, up_to_seq) for licence in licences)


def _ended(
    licence: LicenceInForce, given: Mapping[str, Termination], up_to_seq: int
) -> LicenceInForce:
    until = licence.terms.valid_until
    for licence_id in (licence.id, licence.terms.parent_licence_id):
        notice = given.get(licence_id)
        if notice is not None and notice.seq <= up_to_seq:
            until = min(until, notice.ends_at)
    return replace(licence, terms=replace(licence.terms, valid_until=until))
