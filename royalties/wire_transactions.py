"""A transaction of the books as a JSON-ready dictionary, and back; amounts are texts."""

from collections.abc import Mapping
from typing import Any

from core.clock import from_text, to_text
from royalties.accounts import parse
from royalties.forms.claims import ClaimBasisOut, TransactionOut
from royalties.models_books import Claim, Posting, Transaction, TransactionKind
from royalties.wire import pins_from_dict, pins_to_dict


def transaction_to_dict(one: Transaction) -> TransactionOut:
    """Everything that was booked, and what a claim rests on; inverse of `transaction_from_dict`."""
    claim = one.claim
    return {
        "id": one.id,
        "book": one.tenant_id,
        "kind": one.kind.value,
        "reason": one.reason,
        "earned": one.earned_period,
        "posted": one.posted_period,
        "seq": one.seq,
        "recorded_at": to_text(one.recorded_at),
        "facts_key": one.facts_key,
        "reverses_id": one.reverses_id,
        "run_id": one.run_id,
        "pair_id": one.pair_id,
        "postings": [[p.account, str(p.amount_micro), p.currency] for p in one.postings],
        "claim": None if claim is None else _claim_to_dict(claim),
    }


def transaction_from_dict(data: Mapping[str, Any]) -> Transaction:
    """Read one back; raises KeyError, TypeError, ValueError or BadInput where it is malformed."""
    claim = data["claim"]
    return Transaction(
        id=str(data["id"]),
        tenant_id=str(data["book"]),
        audience="",
        kind=TransactionKind(data["kind"]),
        facts_key=str(data["facts_key"]),
        reason=str(data["reason"]),
        earned_period=str(data["earned"]),
        posted_period=str(data["posted"]),
        postings=tuple(
            Posting(str(parse(str(name))), int(amount), str(currency))
            for name, amount, currency in data["postings"]
        ),
        seq=int(data["seq"]),
        recorded_at=from_text(data["recorded_at"]),
        reverses_id=_text(data["reverses_id"]),
        run_id=_text(data["run_id"]),
        pair_id=_text(data["pair_id"]),
        claim=None if claim is None else _claim_from_dict(claim),
    )


def _claim_to_dict(claim: Claim) -> ClaimBasisOut:
    return {
        "live_key": claim.live_key,
        "revision": claim.revision,
        "licensee_id": claim.licensee_id,
        "pins": pins_to_dict(claim.pins),
        "working": dict(claim.working),
    }


def _claim_from_dict(data: Mapping[str, Any]) -> Claim:
    return Claim(
        live_key=str(data["live_key"]),
        revision=int(data["revision"]),
        licensee_id=str(data["licensee_id"]),
        pins=pins_from_dict(data["pins"]),
        working=dict(data["working"]),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
