"""Who may dispute which lines of a book, on what ground, and until when."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.clock import to_text
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.principal import Principal, SearchCapability
from registry.models.mandates import Act
from registry.service.acting import view
from registry.store import people
from royalties.accounts import AccountKind
from royalties.complaints import last_moment
from royalties.models_complaints import Claimant, Ground, StandingClaim
from royalties.service.usage_intake import COLLECTORS
from royalties.store import complaints as store
from royalties.store import standingclaims, unclaimed

_OF_THE_PERFORMER = frozenset({Ground.NOT_ME, Ground.OVER_CLAIM, Ground.WRONG_FIGURE})


def claimant_of(
    session: Session, principal: Principal, ground: Ground, performer_id: str, *, now: datetime
) -> Claimant:
    """The performer whose the money is said to be: one's own, or for a clerk any that there is."""
    if (ground is Ground.MINE) is not bool(performer_id):
        raise BadInput(
            "Exactly who says that the money is another performer's names that performer.",
            next_step="Name the performer together with the ground `mine`.",
        )
    if not performer_id:
        return Claimant()
    capability = SearchCapability("complaint", principal.tenant_id)
    owner = people.owners(session, capability, [performer_id], standing=True)
    payee = people.payees(session, capability, [performer_id])
    tenant_id = owner.get(performer_id, "")
    side = view(session, principal, performer_id, Act.COLLECT, now=now)
    if not tenant_id or (tenant_id != side.tenant_id and principal.tenant_kind not in COLLECTORS):
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return Claimant(performer_id, tenant_id, payee[performer_id])


def check_reach(
    session: Session,
    principal: Principal,
    line: StandingClaim,
    ground: Ground,
    claimant: Claimant,
    *,
    shown: frozenset[str],
    now: datetime,
) -> None:
    """Return for somebody whom the line concerns and who may say this of it.

    Money that is published as unclaimed (`shown`) is claimed by whoever it may be.
    """
    if principal.tenant_id == line.book and principal.tenant_kind in COLLECTORS:
        allowed = set(Ground)
    elif principal.tenant_id == line.licensee_id:
        allowed = {Ground.NOT_USED}
    elif line.performer_id and _is_side(session, principal, line, now):
        allowed = set(_OF_THE_PERFORMER)
    elif claimant.performer_id and line.transaction_id in shown:
        allowed = {Ground.MINE}
    else:
        raise no_line()
    if ground not in allowed:
        raise NotAllowed(
            f"You cannot say {ground} of this line.",
            next_step="Whoever collects enters what another claims: write to them with the proof.",
        )
    if ground is Ground.MINE and claimant.performer_id == line.performer_id:
        raise BadInput("The line is this performer's already.", next_step="Name another line.")
    if ground is Ground.OVER_CLAIM and line.account.kind is not AccountKind.SUSPENSE:
        raise BadInput("Nobody claims more than the whole of this line.", next_step="Say mine.")
    if ground is Ground.NOT_ME and not line.performer_id:
        raise BadInput("Nobody is named in this line.", next_step="Say not-used, or mine.")


def _is_side(session: Session, principal: Principal, line: StandingClaim, now: datetime) -> bool:
    side = view(session, principal, line.performer_id, Act.COLLECT, now=now)
    return side.tenant_id == line.performer_tenant_id


def check_standing(
    session: Session,
    principal: Principal,
    found: Sequence[StandingClaim],
    *,
    late: bool,
    now: datetime,
) -> bool:
    """Whether it comes too late and is taken in all the same; raises where it is not."""
    capability = SearchCapability("complaint", principal.tenant_id)
    keys = [one.live_key for one in found]
    if any(one.reversed for one in found):
        raise Conflict("A line was taken back already.", next_step="Leave it out.")
    if len({one.book for one in found}) > 1:
        raise BadInput("The lines are of several books.", next_step="Complain to each by itself.")
    if unclaimed.given_up(session, capability, [one.transaction_id for one in found]):
        raise Conflict(
            "This money was given up: nobody had claimed it in three years.",
            next_step="Ask whoever collects.",
        )
    if store.open_among(session, capability, keys):
        raise Conflict("A line is disputed already.", next_step="ebenbild complaint list")
    ends = [
        last_moment(at) for at in standingclaims.handed_on_at(session, capability, keys).values()
    ]
    over = [end for end in ends if end is not None and end < now]
    if not over:
        return False
    if late and principal.tenant_id == found[0].book:
        return True
    raise Conflict(
        f"The time to complain about a line ended on {to_text(min(over))[:10]}.",
        next_step="Whoever collects may take it in all the same: write to them with the proof.",
        code="complaint-too-late",
    )


def no_line() -> NotFound:
    """What is said of a line that is not there, or not the caller's to dispute."""
    return NotFound(
        "There is no such line that you may dispute.",
        next_step="Name the transactions of accruals as your statement lists them.",
    )
