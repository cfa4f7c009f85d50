"""Batches and payouts as JSON-ready values; amounts as text, accounts by their last characters."""

from core.clock import to_text
from royalties.forms.payouts import (
    BookAccountOut,
    CameBackOut,
    PayoutBatchOut,
    PayoutOut,
    TakenAnswerOut,
)
from royalties.ibans import masked
from royalties.models_payouts import (
    Batch,
    BookAccount,
    CameBack,
    Payout,
    PayoutState,
    Taken,
)


def batch_to_dict(item: Batch) -> PayoutBatchOut:
    """What a page, a CLI or an API shows of a batch."""
    return {
        "id": item.id,
        "number": item.number,
        "kind": item.kind,
        "currency": item.currency,
        "state": item.state,
        "execute_on": item.execute_on.isoformat(),
        "count": item.count,
        "total_micro": str(item.total_micro),
        "left_micro": str(item.left_micro),
        "sources": {name or "other": str(micro) for name, micro in item.sources.items()},
        "digest": item.digest,
        "approval_id": item.approval_id,
        "sha256": item.sha256,
        "single_operator": item.single_operator,
        "proposed_at": to_text(item.recorded_at),
        "sent_at": None if item.sent_at is None else to_text(item.sent_at),
    }


def came_back_to_dict(item: CameBack) -> CameBackOut:
    """What the bank sent back of a batch; none of it is paid."""
    return {"returned_count": item.count, "returned_micro": str(item.amount_micro)}


def payout_to_dict(item: Payout) -> PayoutOut:
    """One payment, or one balance that stays, with every reason why."""
    return {
        "id": item.id,
        "batch_id": item.batch_id,
        "account": item.account,
        "amount_micro": str(item.amount_micro),
        "currency": item.currency,
        "way": item.way,
        "end_to_end_id": "" if item.state is PayoutState.BLOCKED else item.end_to_end_id,
        "state": item.state,
        "reasons": list(item.reasons),
        "bank_code": item.bank_code,
        "changed_at": to_text(item.changed_at),
    }


def account_to_dict(item: BookAccount) -> BookAccountOut:
    """An account that a book pays from, or an authority's."""
    return {
        "id": item.id,
        "whose": item.whose,
        "version": item.version,
        "name": item.name,
        "iban": masked(item.iban),
        "bic": item.bic,
    }


def taken_to_dict(item: Taken) -> TakenAnswerOut:
    """What an answer of a bank changed."""
    return {
        "id": item.id,
        "form": item.form,
        "settled": item.settled,
        "returned": item.returned,
        "known": item.known,
        "still_open": item.still_open,
        "others": item.others,
        "again": item.again,
    }
