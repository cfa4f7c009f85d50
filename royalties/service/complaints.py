"""Complaints about single lines of a book, made by whom the lines concern.

While a complaint is open its lines are frozen, and nothing else is: a run leaves them out.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import BadInput
from core.ids import is_id, new_id
from core.principal import Principal, SearchCapability, require, require_any
from core.resealing import SealedColumn
from core.rowtexts import about, open_texts, seal_texts, vault_of
from royalties.models_complaints import (
    EVERY,
    Complaint,
    DisputedLine,
    Ground,
    Sought,
    StandingClaim,
)
from royalties.service.complaintnotices import tell
from royalties.service.complaintreach import check_reach, check_standing, claimant_of, no_line
from royalties.service.publishing import ITEM, published_under
from royalties.store import complaints as store
from royalties.store import standingclaims
from royalties.store.complainttables import ComplaintRow

LINES_MAX = 200
_PROOF = "proof"
_PROOF_MAX = 4000


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """Which lines are wrong, on what ground, and the proof.

    Lines are named by the ids of their accruals, or as unclaimed money was published.

    `claimant_id` is the performer whose the money is said to be; `late` has a clerk of whoever
    collects take it in after the window.
    """

    transaction_ids: tuple[str, ...]
    ground: Ground
    proof: str
    claimant_id: str = ""
    late: bool = False


def open_complaint(
    session: Session, principal: Principal, said: NewComplaint, *, now: datetime
) -> Complaint:
    """Dispute lines, which freezes them and nothing else; everybody concerned is told.

    Raises `NotFound` for a line that is not the caller's to dispute, `Conflict` for one that was
    taken back, is disputed already, or whose window is over, `BadInput` without proof.
    """
    # Load.
    require_any(principal, "usage", "performers")
    names = sorted(set(said.transaction_ids))
    if not 0 < len(names) <= LINES_MAX:
        raise BadInput(
            f"A complaint names 1 to {LINES_MAX} lines.", next_step="Name them as statements do."
        )
    if not 0 < len(said.proof.strip()) <= _PROOF_MAX:
        raise BadInput(
            "A complaint says in words what shows that it is right.",
            next_step=f"Write that in 1 to {_PROOF_MAX} characters.",
            fields=("proof",),
        )
    capability = SearchCapability("complaint", principal.tenant_id)
    shown = published_under(session, capability, names)
    names = sorted({one for one in names if not is_id(ITEM, one)} | shown)
    found = standingclaims.by_transaction(session, capability, names, now)
    claimant = claimant_of(session, principal, said.ground, said.claimant_id, now=now)
    # Decide.
    if not found or len({one.transaction_id for one in found}) < len(names):
        raise no_line()
    for one in found:
        check_reach(session, principal, one, said.ground, claimant, shown=shown, now=now)
    late = check_standing(session, principal, found, late=said.late, now=now)
    # Save.
    made = Complaint(
        id=new_id("cpl"),
        tenant_id=found[0].book,
        by_tenant_id=principal.tenant_id,
        ground=said.ground,
        claimant=claimant,
        late=late,
        sealed=b"",
        opened_at=now,
        lines=tuple(map(_line, found)),
    )
    made = _sealed(session, made, said.proof.strip())
    store.add(session, made)
    details = {"ground": made.ground.value, "lines": [one.live_key for one in made.lines]}
    audit.record(
        session, principal, action="complaint.opened", subject_id=made.id, details=details, now=now
    )
    tell(session, made, now)
    return made


def list_complaints(
    session: Session,
    principal: Principal,
    sought: Sought = EVERY,
    *,
    before: str = "",
    limit: int = store.PAGE,
) -> tuple[Complaint, ...]:
    """The complaints that concern one's own lines, or are in one's own book, newest first.

    Page on with the id of the last one.
    """
    require(principal, "reports")
    return store.list_all(session, principal, sought, before=before, limit=limit)


def count(session: Session, principal: Principal, sought: Sought) -> int:
    """How many of them there are."""
    require(principal, "reports")
    return store.count(session, principal, sought)


def get_complaint(
    session: Session, principal: Principal, complaint_id: str
) -> tuple[Complaint, str | None]:
    """One complaint, and its proof for whoever made it and whoever rules; raises `NotFound`."""
    require(principal, "reports")
    item = store.get(session, principal, complaint_id)
    if principal.tenant_id not in (item.tenant_id, item.by_tenant_id):
        return item, None
    said = open_texts(vault_of(session), item.tenant_id, item.sealed, _bound(item))
    return item, (said or {}).get(_PROOF)


def _line(one: StandingClaim) -> DisputedLine:
    return DisputedLine(
        one.live_key,
        one.transaction_id,
        one.cut_id,
        one.performer_id,
        one.performer_tenant_id,
        one.licensee_id,
        one.currency,
        one.amount_micro,
    )


def _sealed(session: Session, item: Complaint, proof: str) -> Complaint:
    texts = {_PROOF: proof}
    return replace(item, sealed=seal_texts(vault_of(session), item.tenant_id, texts, _bound(item)))


def _bound(item: Complaint) -> dict[str, str]:
    return about(item.tenant_id, item.id, _PROOF)


def _row_bound(row: ComplaintRow) -> tuple[str, dict[str, str]]:
    return row.tenant_id, about(row.tenant_id, row.id, _PROOF)


SEALED = (SealedColumn(ComplaintRow, "sealed_proof", _row_bound),)
