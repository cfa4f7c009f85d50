"""Claiming a share of what a performer is due, and telling the parties where it is too much.

Whoever may collect for the performer claims: the performer's own side, an organisation with a
mandate to collect, a society. What is claimed above the whole waits until a party takes some back.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session

from core import notices
from core.db import next_seq
from core.errors import BadInput
from core.ids import is_id
from core.principal import Principal, SearchCapability, require, require_any
from registry.estates import parse_share
from registry.models.mandates import Act
from registry.service import people
from registry.service.acting import view
from registry.store import people as store_of_people
from royalties.service.periods import check_month
from royalties.service.usage_intake import COLLECTORS
from royalties.shares import ShareClaim, claimed
from royalties.store import shares as store

OVER_CLAIMED = "money.overclaimed"
NOTHING = "0"


def claim_share(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    share: str,
    cut_id: str = "",
    from_period: str,
    now: datetime,
) -> ShareClaim:
    """Claim a share such as `7/10` from a month on, in one cut or in all; `0` takes it back.

    Raises `NotFound` for a performer for whom the caller may not collect, `BadInput` for what is
    no share, month or cut. Everybody who claims is told as soon as it is more than the whole.
    """
    # Load.
    require_any(principal, "usage", "performers")
    check_month(from_period)
    exact = Fraction(0) if share == NOTHING else parse_share(share)
    if cut_id and not is_id("cut", cut_id):
        raise BadInput("This is no id of a cut.", next_step="Leave it out for every cut.")
    owner = _owner(session, principal, performer_id, now)
    capability = SearchCapability("shares", performer_id)
    before = store.of_performers(session, capability, [performer_id]).get(performer_id, [])
    # Decide and save.
    made = ShareClaim(
        principal.tenant_id, performer_id, cut_id, exact, from_period, next_seq(session)
    )
    store.add(session, made, owner=owner, at=now)
    _tell(session, [*before, made], made, owner, now)
    return made


def list_shares(
    session: Session, principal: Principal, performer_id: str, *, now: datetime
) -> Sequence[ShareClaim]:
    """Claims on a performer's money: one's own, and for the performer's side everybody's."""
    require(principal, "reports")
    _owner(session, principal, performer_id, now)
    return store.of_performers(session, principal, [performer_id]).get(performer_id, [])


def _owner(session: Session, principal: Principal, performer_id: str, now: datetime) -> str:
    owners = people.owners(session, SearchCapability("shares", performer_id), [performer_id])
    if principal.tenant_kind in COLLECTORS and performer_id in owners:
        return owners[performer_id]
    side = view(session, principal, performer_id, Act.COLLECT, now=now)
    return store_of_people.get_performer(session, side, performer_id).tenant_id


def _tell(
    session: Session, claims: Sequence[ShareClaim], made: ShareClaim, owner: str, now: datetime
) -> None:
    """Tell the parties and the performer's side, where it has become more than the whole."""
    shares = claimed(claims, made.performer_id, made.cut_id, made.from_period)
    if sum(shares.values()) <= 1 or made.party_id not in shares:
        return
    facts = {
        "performer": made.performer_id,
        "cut": made.cut_id or "-",
        "period": made.from_period,
        "parties": ", ".join(f"{party} {share}" for party, share in shares.items())[:500],
    }
    for tenant_id in sorted({*shares, owner}):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=OVER_CLAIMED,
            subject_id=made.performer_id,
            facts=facts,
            now=now,
        )
