"""What a complaint does to the lines it concerns: until when it is heard, and how a claim is moved.

A ruling is about a claim whatever it comes to: where the claim is booked anew by other figures, the
same parts count. What goes to the claimant is cut down to whole millionths, the rest is the rest.
Worked example: docs/complaints.md.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files

from core.dated import Dated, dated, in_force
from core.money import mul_div
from royalties import accounts
from royalties.accounts import AccountKind, account
from royalties.closing import digest
from royalties.ledger import tenant_of
from royalties.models_books import Posting, Transaction
from royalties.models_complaints import Claimant, Ground, Ruled, StandingClaim
from royalties.models_received import ReceivedClaim

DATA_FILE = "complaints.json"
_WAITING = frozenset({AccountKind.UNIDENTIFIED, AccountKind.SUSPENSE})


@dataclass(frozen=True, slots=True)
class Move:
    """One transaction that follows from a ruling; `tenant_id` is the performer's side it is of."""

    facts_key: str
    reason: str
    tenant_id: str
    postings: tuple[Posting, ...]


def last_moment(told_at: datetime | None) -> datetime | None:
    """Until when lines may be disputed that a run first handed on then; None: no run has yet."""
    if told_at is None:
        return None
    days = in_force(_windows(), told_at)
    return told_at + timedelta(days=days or 0)


def divided(claim: ReceivedClaim, ruled: Sequence[Ruled]) -> tuple[ReceivedClaim, ...]:
    """A claim as ruled: what is left of it, and the part of everybody who was ever given one.

    Whose part a newer ruling took away is told with nought, so that a run takes it back.
    """
    if not ruled:
        return (claim,)
    given = newest(ruled, Ground.MINE)
    whole = _released(claim, ruled)
    if given is None:
        return (whole,)
    rest = whole._replace(
        claimed_micro=whole.claimed_micro - _part(whole.claimed_micro, given.part),
        received_micro=whole.received_micro - _part(whole.received_micro, given.part),
        ruled=True,
    )
    takers = {one.claimant.performer_id: one for one in ruled if one.ground is Ground.MINE}
    takers[given.claimant.performer_id] = given
    return (
        rest,
        *(
            _given(whole, one.claimant, given.part if one is given else Fraction(0))
            for _, one in sorted(takers.items())
        ),
    )


def newest(ruled: Sequence[Ruled], ground: Ground) -> Ruled | None:
    """The ruling on one ground that counts: the last one."""
    of_it = [one for one in ruled if one.ground is ground]
    return max(of_it, key=lambda one: (one.decided_at, one.complaint_id), default=None)


def claim_of(accrual: Transaction) -> StandingClaim:
    """An accrual as what a ruling is about, as long as nobody took it back."""
    (credited,) = (p.account for p in accrual.postings if p.amount_micro < 0)
    return StandingClaim(
        book=accrual.tenant_id,
        transaction_id=accrual.id,
        live_key=accrual.basis.live_key,
        cut_id=accrual.pins.cut_id,
        performer_id=accrual.pins.performer_id,
        performer_tenant_id=tenant_of(accrual.audience),
        licensee_id=accrual.basis.licensee_id,
        account=accounts.parse(credited),
        earned_period=accrual.earned_period,
        currency=accrual.currency,
        amount_micro=accrual.amount_micro,
        reversed=False,
    )


def moves(claim: StandingClaim, ruled: Sequence[Ruled]) -> Iterator[Move]:
    """What is posted of a claim as ruled.

    Sides of two performers are two transactions over the suspense account of the cut, so that
    neither reads the other's.
    """
    own, source = claim.performer_tenant_id, str(claim.account)
    over = newest(ruled, Ground.OVER_CLAIM)
    if over is not None and claim.account.kind is AccountKind.SUSPENSE:
        source = accounts.accrued(claim.performer_id)
        yield _move(over, claim, (str(claim.account), source), claim.amount_micro, own)
    given = newest(ruled, Ground.MINE)
    amount = 0 if given is None else _part(claim.amount_micro, given.part)
    if given is None or not amount:
        return
    taker, via = given.claimant, accounts.suspense(claim.cut_id)
    target = account(_kept_on(claim.account.kind), taker.performer_id)
    if accounts.parse(source).kind not in _WAITING:
        yield _move(given, claim, (source, via), amount, own)
        source = via
    yield _move(given, claim, (source, target), amount, taker.tenant_id)


def ever_moved(claim: StandingClaim, ruled: Sequence[Ruled]) -> Iterator[Move]:
    """All that was ever to be posted of a claim: as ruled, and before each newer ruling came."""
    every = (one for end in range(len(ruled) + 1) for one in moves(claim, ruled[:end]))
    yield from {one.facts_key: one for one in every}.values()


def _move(
    ruled: Ruled, claim: StandingClaim, way: tuple[str, str], amount: int, tenant_id: str
) -> Move:
    said = {"complaint": ruled.complaint_id, "claim": claim.transaction_id, "to": way[1]}
    source, target = way
    postings = (
        Posting(source, amount, claim.currency),
        Posting(target, -amount, claim.currency),
    )
    return Move(digest(said), f"complaint-{ruled.ground}", tenant_id, postings)


def _released(claim: ReceivedClaim, ruled: Sequence[Ruled]) -> ReceivedClaim:
    """The claim, on the performer's account where an over-claim was ruled out."""
    over = newest(ruled, Ground.OVER_CLAIM)
    if over is None or claim.account is not AccountKind.SUSPENSE:
        return claim
    return claim._replace(account=AccountKind.ACCRUED, ruled=True)


def _kept_on(kind: AccountKind) -> AccountKind:
    """What nobody has licensed stays held, whoever it is due to."""
    return AccountKind.HELD if kind is AccountKind.HELD else AccountKind.ACCRUED


def _given(whole: ReceivedClaim, to: Claimant, part: Fraction) -> ReceivedClaim:
    return whole._replace(
        account=_kept_on(whole.account),
        live_key=f"{whole.live_key}/{to.performer_id}",
        part_of=whole.live_key,
        performer_id=to.performer_id,
        performer_tenant_id=to.tenant_id,
        payee_id=to.payee_id,
        claimed_micro=_part(whole.claimed_micro, part),
        received_micro=_part(whole.received_micro, part),
        ruled=True,
    )


def _part(amount: int, part: Fraction) -> int:
    return mul_div(amount, part.numerator, part.denominator)[0]


@cache
def _windows() -> tuple[Dated[int], ...]:
    text = files("royalties").joinpath("data", DATA_FILE).read_bytes()
    return tuple(dated(int(one["days"]), one) for one in json.loads(text)["rules"])
