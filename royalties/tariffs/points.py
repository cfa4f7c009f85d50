"""Points: one amount of a usage line divided over everybody who is in the cut.

points = milliseconds x weight of the kind of use x weight of the role x weight of the format; what
is not weighed counts 1. Everybody found takes part, licensed or not, so that nobody gains by
another's missing licence: what is not owed to a licence is held, unidentified or in suspense.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from registry.models.works import CutFormat, KindOfUse
from royalties.outcomes import Outcome
from royalties.tariffs.dividing import divide
from royalties.tariffs.models import Role, Weights


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a cut, for `ms` milliseconds; `claims` are parties' shares in what is due.

    `key` names the participation and is unique within a cut.
    """

    key: str
    outcome: Outcome
    ms: int
    kind: KindOfUse | None = None
    role: Role | None = None
    format: CutFormat | None = None
    claims: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Portion:
    """A participant's part of an amount; `parties` together claim more than the whole of it."""

    key: str
    outcome: Outcome
    points: Fraction
    amount_micro: int
    parties: tuple[str, ...] = ()


def points_of(one: Participant, weights: Weights) -> Fraction:
    """How many points somebody has in a cut."""
    weighed = (
        weights.kinds.get(one.kind) if one.kind else None,
        weights.roles.get(one.role) if one.role else None,
        weights.formats.get(one.format) if one.format else None,
    )
    points = Fraction(one.ms)
    for factor in weighed:
        points *= Fraction(1) if factor is None else factor
    return points


def by_points(
    amount_micro: int, participants: Sequence[Participant], weights: Weights
) -> tuple[Portion, ...]:
    """Divide an amount, in order of the keys; all portions together are the amount.

    Where nobody has a point the amount stays whole, as one undivided portion without a key.
    """
    points = {one.key: points_of(one, weights) for one in participants}
    if not any(points.values()):
        return (Portion("", Outcome.UNDIVIDED, Fraction(0), amount_micro),)
    shares = divide(amount_micro, points)
    return tuple(
        _portion(one, points[one.key], shares[one.key])
        for one in sorted(participants, key=lambda one: one.key)
    )


def _portion(one: Participant, points: Fraction, amount_micro: int) -> Portion:
    """Shares above the whole block the payment of this very portion."""
    if sum(one.claims.values()) > 1:
        parties = tuple(sorted(one.claims))
        return Portion(one.key, Outcome.SUSPENSE, points, amount_micro, parties)
    return Portion(one.key, one.outcome, points, amount_micro)
