"""What batches of every kind share: their number, the account they pay from, their second person.

What is agreed to is fixed by the digest of the payments, so that nothing else is ever sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from core import approvals
from core.currencies import unit_micro
from core.db import is_single_operator
from core.errors import Conflict
from core.ids import derived_id
from core.principal import Principal
from royalties import paying
from royalties.models_payouts import Batch, BatchKind, BatchState, BookAccount, Payout
from royalties.paying import Frame
from royalties.service.bookaccounts import OWN
from royalties.service.periods import DECIDERS
from royalties.store import bookaccounts, payoutbatches

SEND = "payout.send"


def empty(
    session: Session,
    principal: Principal,
    kind: BatchKind,
    currency: str,
    *,
    execute_on: date,
    now: datetime,
) -> Batch:
    """The next batch of one's own book, without payments yet.

    Raises `Conflict` where nobody has said which account is paid from.
    """
    payer = _payer(session, principal)
    number = payoutbatches.next_number(session, principal)
    return Batch(
        id=derived_id("pba", principal.tenant_id, kind, currency, str(number)),
        tenant_id=principal.tenant_id,
        number=number,
        kind=kind,
        currency=currency,
        state=BatchState.PROPOSED,
        execute_on=execute_on,
        account_id=payer.id,
        count=0,
        total_micro=0,
        left_micro=0,
        sources={},
        digest="",
        approval_id="",
        sha256="",
        single_operator=is_single_operator(session),
        recorded_at=now,
        sent_at=None,
    )


def frame(item: Batch, minimum_micro: int, now: datetime) -> Frame:
    """What all payouts of a batch share; nothing below the currency's minor unit is ever paid."""
    least = max(minimum_micro, unit_micro(item.currency))
    return Frame(item.tenant_id, item.id, item.currency, least, now)


def filled(
    item: Batch, goes: Sequence[Payout], *, left_micro: int, sources: Mapping[str, int]
) -> Batch:
    """A batch with what its payments come to, what stays, and where all of it came from."""
    return replace(
        item,
        count=len(goes),
        total_micro=sum(one.amount_micro for one in goes),
        left_micro=left_micro,
        sources=sources,
        digest=paying.agreed_to(goes),
    )


def lay_before(
    session: Session, principal: Principal, item: Batch, payouts: Sequence[Payout], now: datetime
) -> Batch:
    """Keep a batch with its payments, and lay it before a second person."""
    approval = approvals.propose(
        session,
        principal,
        action=SEND,
        subject_id=item.id,
        payload=payload(item),
        roles=DECIDERS,
        now=now,
    )
    laid = replace(item, approval_id=approval.id)
    payoutbatches.add_batch(session, laid, payouts)
    return laid


def payload(item: Batch) -> dict[str, Any]:
    """What a second person agrees to."""
    return {
        "batch": item.id,
        "book": item.tenant_id,
        "kind": item.kind.value,
        "currency": item.currency,
        "count": item.count,
        "total": str(item.total_micro),
        "execute_on": item.execute_on.isoformat(),
        "account": item.account_id,
        "digest": item.digest,
    }


def _payer(session: Session, principal: Principal) -> BookAccount:
    """The account that one's own book pays from."""
    found = bookaccounts.accounts(session, principal).get(OWN)
    if found is None:
        raise Conflict(
            "Nobody has said which account is paid from.",
            next_step="Name it: ebenbild payout account own --name ... --iban ...",
            code="no-book-account",
        )
    return found
