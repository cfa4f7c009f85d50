"""The names by which runs know claims: every sum that is handed on apart has a name of its own.

A claim is known by its live key. What is kept apart from a performer's own money adds its account.
Where a price changes its currency, what was handed on in the old one has to be taken back in it:
the claim in the new currency adds that to its name.
"""

from collections.abc import Iterable

from royalties.accounts import AccountKind
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Before

_ACCRUED = AccountKind.ACCRUED


def named(claim: ReceivedClaim) -> ReceivedClaim:
    """A claim by a name of its own: one accrual may have sides on several accounts."""
    if claim.account is _ACCRUED:
        return claim
    return claim._replace(live_key=f"{claim.live_key}/{claim.account}")


def in_currency(claim: ReceivedClaim, before: Iterable[Before]) -> ReceivedClaim:
    """The same claim, or by its further name where runs handed another currency on under its own.

    `before` is what they did under its own name.
    """
    if all(one.currency == claim.currency for one in before):
        return claim
    return claim._replace(live_key=f"{claim.live_key}/{claim.currency}")
