"""Disputes from the performer's side: what may be disputed, how one stands, what was answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.performer.whom import Whom
from core.errors import NotFound
from core.tenants import get_tenant
from registry.service import useseen
from royalties.accrual import live_key
from royalties.models_complaints import Complaint, DisputedLine, Sought
from royalties.models_earned import EarnedLine
from royalties.service import complaints, complaintwords, disputable
from royalties.service.disputable import Disputable
from royalties.service.publishing import published_in, published_item
from royalties.wire_complaints import state_of

SHOWN_MAX = 50


def of_use(
    session: Session, acting: Whom, use_id: str, lines: tuple[EarnedLine, ...], now: datetime
) -> dict[str, Disputable]:
    """What may be disputed of a use's money, by usage line."""
    who = acting.performer.id
    keys = {live_key(one.usage_line_id, who, use_id): one.usage_line_id for one in lines}
    found = disputable.of_lines(session, acting.caller, who, keys.keys(), now=now)
    return {keys[key]: one for key, one in found.items()}


def of_statement(
    session: Session, acting: Whom, lines: list[Mapping[str, Any]], now: datetime
) -> dict[str, Disputable]:
    """What may be disputed of a statement's lines, by the id of the line."""
    who = acting.performer.id
    keys = {
        live_key(one["claim"]["usage_line_id"], who, one["claim"]["use_id"])
        for one in lines
        if one["claim"]
    }
    found = disputable.of_lines(session, acting.caller, who, keys, now=now)
    return {one.claim.transaction_id: one for one in found.values()}


def new_page(session: Session, acting: Whom, line_id: str, now: datetime) -> dict[str, Any]:
    """What is wrong with this amount? Raises `NotFound` for a line of somebody else."""
    who = acting.performer.id
    line = disputable.of_line(session, acting.caller, who, line_id, now=now)
    names = useseen.titles(session, acting.side, who, {line.claim.cut_id}, at=now)
    return {"line": line, "title": names.get(line.claim.cut_id, "")}


def claim_page(session: Session, acting: Whom, item_id: str) -> dict[str, Any]:
    """Published money that somebody may be due; raises `NotFound` for what is not published."""
    del acting  # whoever acts for somebody may claim for them
    found = published_item(session, item_id)
    if found is None:
        raise NotFound("This money is not published any more.", next_step="Look at what is.")
    return {"published": found}


def dispute_page(
    session: Session, acting: Whom, complaint_id: str, now: datetime
) -> dict[str, Any]:
    """One dispute about this performer's money, what was said, and what was answered."""
    side, who = acting.side, acting.performer.id
    item, proof = complaints.get_complaint(session, side, complaint_id)
    if not _is_about(item, who):
        raise NotFound("There is no such complaint.", next_step="See your money.")
    own = [one for one in item.lines if one.performer_id in (who, "")]
    return {
        "item": item,
        "state": state_of(item),
        "own": item.by_tenant_id == side.tenant_id,
        "proof": proof,
        "words": complaintwords.heard(session, side, item),
        "book": get_tenant(session, item.tenant_id).name,
        "lines": own,
        "names": _public(session, own)
        | useseen.titles(session, side, who, {one.cut_id for one in own}, at=now),
    }


def _public(session: Session, lines: list[DisputedLine]) -> dict[str, str]:
    """Titles of cuts in which unclaimed money was published, where a line is of nobody known."""
    unknown = {one.cut_id for one in lines if not one.performer_id}
    return {one.cut_id: f"{one.work} {one.cut}" for one in published_in(session, unknown)}


def list_of(session: Session, acting: Whom) -> list[tuple[Complaint, str]]:
    """The newest disputes about this performer's money, each with its state."""
    about = Sought(performer_id=acting.performer.id)
    found = complaints.list_complaints(session, acting.side, about, limit=SHOWN_MAX)
    return [(one, state_of(one)) for one in found]


def _is_about(item: Complaint, performer_id: str) -> bool:
    claimed = item.claimant.performer_id == performer_id
    return claimed or any(one.performer_id == performer_id for one in item.lines)
