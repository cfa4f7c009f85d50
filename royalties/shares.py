"""Shares that parties claim in what a performer is due; above the whole nobody is paid.

A claim counts from its month on and for one cut or for all. The newest of a party for a cut comes
before its older ones, one for the very cut before one for all; a share of nought takes it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from royalties.models import ClearedUse
from royalties.outcomes import Outcome

OVER_CLAIMED = "over-claimed"
_MAY_WAIT = frozenset({Outcome.LICENSED, Outcome.HELD})


@dataclass(frozen=True, slots=True)
class ShareClaim:
    """What a party (a tenant) claims of a performer's money; an empty `cut_id` means every cut."""

    party_id: str
    performer_id: str
    cut_id: str
    share: Fraction
    from_period: str
    seq: int


def claimed(
    claims: Iterable[ShareClaim], performer_id: str, cut_id: str, period: str
) -> dict[str, Fraction]:
    """The share of each party that claims one, in a cut and a month."""
    newest: dict[str, ShareClaim] = {}
    for one in claims:
        meant = one.performer_id == performer_id and one.cut_id in ("", cut_id)
        if meant and one.from_period <= period:
            newest[one.party_id] = max(one, newest.get(one.party_id, one), key=_rank)
    return {party: one.share for party, one in sorted(newest.items()) if one.share}


def over_claimed(
    claims: Iterable[ShareClaim], performer_id: str, cut_id: str, period: str
) -> tuple[str, ...]:
    """The parties whose shares together are more than the whole; none where they are not."""
    shares = claimed(claims, performer_id, cut_id, period)
    return tuple(shares) if sum(shares.values()) > 1 else ()


def suspended(use: ClearedUse, period: str, claims: Iterable[ShareClaim]) -> ClearedUse:
    """The use as it is, or waiting where more than the whole of it is claimed."""
    if use.outcome not in _MAY_WAIT:
        return use
    parties = over_claimed(claims, use.performer_id, use.cut_id, period)
    if not parties:
        return use
    return use._replace(outcome=Outcome.SUSPENSE, cause=OVER_CLAIMED, parties=parties)


def _rank(one: ShareClaim) -> tuple[bool, str, int]:
    return one.cut_id != "", one.from_period, one.seq
