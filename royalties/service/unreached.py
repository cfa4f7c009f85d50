"""Payees whom nobody has named yet, or to whom the bank could not pay and nobody answered."""

from sqlmodel import Session

from core.principal import Principal, SearchCapability
from royalties.accounts import AccountKind, account
from royalties.ledger import tenant_of
from royalties.models_unclaimed import UnclaimedLine
from royalties.store import aged, payees, payouts

_KINDS = (AccountKind.BLOCKED, AccountKind.PAYABLE)


def of_payees(
    session: Session, principal: Principal, capability: SearchCapability, month: str
) -> list[UnclaimedLine]:
    """What payees who cannot be reached are owed out of what was earned by a month."""
    refused = payouts.refusals(session, principal)
    found = []
    for kind in _KINDS:
        owed = aged.earned_by(session, capability, principal.tenant_id, kind, month)
        known = payees.versions_of(session, capability, [one[0] for one in owed])
        for payee_id, currency, audience, amount in owed:
            name = account(kind, payee_id)
            versions = known.get(payee_id, [])
            returned = versions and refused.get(name, ("", ""))[0] == versions[-1].id
            if versions and not returned:
                continue
            found.append(
                UnclaimedLine(
                    account=name,
                    currency=currency,
                    amount_micro=amount,
                    earned_period=month,
                    payee_id=payee_id,
                    tenant_id=tenant_of(audience),
                )
            )
    return found
