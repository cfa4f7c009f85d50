"""Certificates of exemption in one's own book: entered by one person, agreed to by another.

Who pays too little tax over owes it to the authority, so that a payee's word is not enough.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from core import approvals, audit
from core.approvalrows import ApprovalState
from core.errors import BadInput, Conflict
from core.ids import is_id, new_id
from core.money import MICRO, parse_rate
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from royalties.models import Ratio
from royalties.service.payeeseals import open_certificate, seal_certificate
from royalties.service.periods import DECIDERS
from royalties.store import exemptions as store
from royalties.withholding import Exemption, HeldExemption, rates_at

GRANT = "tax.exemption"
_NAME_MAX = 60
_PER_CENT = 100


@dataclass(frozen=True, slots=True)
class NewExemption:
    """What a certificate says: its number, the rate in per cent, its first and its last day."""

    payee_id: str
    certificate: str
    per_cent: str
    valid_from: date
    valid_until: date


def propose(
    session: Session, vault: Vault, principal: Principal, said: NewExemption, *, now: datetime
) -> HeldExemption:
    """Enter a certificate that the authority gave; a second person has to agree.

    Raises `BadInput` for a rate above the one of the law, or days in the wrong order.
    """
    require(principal, "usage")
    item = _checked(principal, said, now)
    item = replace(item, sealed=seal_certificate(vault, said.certificate.strip(), item))
    approval = approvals.propose(
        session,
        principal,
        action=GRANT,
        subject_id=item.id,
        payload=_payload(item),
        roles=DECIDERS,
        now=now,
    )
    item = replace(item, approval_id=approval.id)
    store.add(session, item)
    return item


def decide(
    session: Session,
    principal: Principal,
    exemption_id: str,
    *,
    approve: bool,
    note: str = "",
    now: datetime,
) -> HeldExemption:
    """Agree to a certificate that somebody else entered, or refuse it."""
    # Load.
    require(principal, "reports")
    item = store.get(session, principal, exemption_id)
    if item.granted_at is not None:
        raise Conflict("This certificate counts already.", next_step="Enter another one.")
    # Decide.
    approvals.settle(session, principal, item.approval_id, approve=approve, note=note, now=now)
    if not approve:
        return item
    approvals.require_approved(
        session, GRANT, item.id, _payload(item), tenant_id=item.tenant_id, now=now
    )
    # Save.
    store.grant(session, principal, item.id, at=now)
    audit.record(
        session, principal, action=GRANT, subject_id=item.id, details=_payload(item), now=now
    )
    return replace(item, granted_at=now)


def list_exemptions(
    session: Session, vault: Vault, principal: Principal
) -> list[tuple[HeldExemption, str, ApprovalState]]:
    """The certificates of one's own book with their numbers, and what was decided of each."""
    require(principal, "usage")
    return [
        (
            one,
            open_certificate(vault, one),
            approvals.get_approval(session, principal, one.approval_id).state,
        )
        for one in store.list_all(session, principal)
    ]


def in_force(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    book: str,
    payee_ids: Collection[str],
    *,
    at: datetime,
) -> Mapping[str, Exemption]:
    """The certificate that counts at `at` of each of these payees; the newest where several do.

    One that was agreed on later did not count then.
    """
    day = at.date()
    return {
        one.payee_id: Exemption(
            open_certificate(vault, one), one.rate, one.valid_from, one.valid_until
        )
        for one in store.granted(session, capability, book, payee_ids)
        if one.valid_from <= day <= one.valid_until
        and one.granted_at is not None
        and one.granted_at <= at
    }


def _checked(principal: Principal, said: NewExemption, now: datetime) -> HeldExemption:
    rate = Ratio(parse_rate(said.per_cent), _PER_CENT * MICRO)
    law = rates_at(now).tax
    too_much = rate.numerator * law.denominator > law.numerator * rate.denominator
    number = said.certificate.strip()
    if too_much or said.valid_until < said.valid_from or not 0 < len(number) <= _NAME_MAX:
        raise BadInput(
            "A certificate has a number, a rate of at most the law's, and days in their order.",
            next_step="Copy them from the certificate.",
            code="bad-exemption",
        )
    if not is_id("pay", said.payee_id):
        raise BadInput("This is no payee.", next_step="Name it as ebenbild payee show does.")
    return HeldExemption(
        id=new_id("txe"),
        tenant_id=principal.tenant_id,
        payee_id=said.payee_id,
        sealed=b"",
        rate=rate,
        valid_from=said.valid_from,
        valid_until=said.valid_until,
        approval_id="",
        recorded_at=now,
        granted_at=None,
    )


def _payload(item: HeldExemption) -> dict[str, Any]:
    """What is agreed to; the row cannot change, so its id says which number it is."""
    return {
        "exemption": item.id,
        "payee": item.payee_id,
        "rate": [str(item.rate.numerator), str(item.rate.denominator)],
        "from": item.valid_from.isoformat(),
        "until": item.valid_until.isoformat(),
    }
