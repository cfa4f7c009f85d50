"""What a ruling would move, reckoned before anybody makes it, by the very rules that then move it.

Pure: claims as they stand and rulings in, changes of accounts out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from royalties.accounts import Account, AccountKind, Side, account, parse
from royalties.complaints import moves
from royalties.models_complaints import MOVING, VOIDING, Ground, Ruled, Ruling, StandingClaim


@dataclass(frozen=True, slots=True)
class Change:
    """What one account gains by a ruling, less than zero where it loses.

    A licensee's account gains where they owe less.
    """

    account: Account
    currency: str
    amount_micro: int


def effect(
    claims: Iterable[StandingClaim],
    known: Mapping[str, Sequence[Ruled]],
    ground: Ground,
    ruling: Ruling,
    wanted: Mapping[str, Ruled],
) -> tuple[Change, ...]:
    """What changes on which account if this is ruled of these claims.

    `known` are rulings on the same live keys that count already, `wanted` the new one of each.
    """
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    moved = ruling in (Ruling.UPHELD, Ruling.SHARED)
    for one in claims:
        if one.reversed or not moved:
            continue
        before = tuple(known.get(one.live_key, ()))
        if ground in VOIDING:
            _void(sums, one)
            _add(sums, one, before, -1)
        elif ground in MOVING:
            _add(sums, one, (*before, wanted[one.live_key]), 1)
            _add(sums, one, before, -1)
    return tuple(
        Change(parse(name), unit, amount) for (name, unit), amount in sorted(sums.items()) if amount
    )


def _void(sums: defaultdict[tuple[str, str], int], claim: StandingClaim) -> None:
    sums[str(claim.account), claim.currency] -= claim.amount_micro
    owes = account(AccountKind.RECEIVABLE, claim.licensee_id)
    sums[owes, claim.currency] += claim.amount_micro


def _add(
    sums: defaultdict[tuple[str, str], int],
    claim: StandingClaim,
    ruled: Sequence[Ruled],
    sign: int,
) -> None:
    for move in moves(claim, ruled):
        for one in move.postings:
            side = -1 if parse(one.account).side is Side.LIABILITY else 1
            sums[one.account, one.currency] += sign * side * one.amount_micro
