"""What of a payment is sealed: who paid, what they wrote, and the batch that it belongs to."""

from dataclasses import asdict, replace
from typing import Any

from core.canonical import canonical, parse_strict
from royalties.models_income import Batch, Payment


def to_sealed(payment: Payment) -> bytes:
    """What is to be sealed of a payment."""
    said: dict[str, Any] = {
        "payer": payment.payer,
        "account": payment.payer_account,
        "text": payment.text,
    }
    if payment.batch is not None:
        said["batch"] = {name: str(value) for name, value in asdict(payment.batch).items()}
    return canonical(said)


def from_sealed(payment: Payment, plain: bytes) -> Payment:
    """The payment with what was sealed of it."""
    said = parse_strict(plain)
    batch = said.get("batch")
    return replace(
        payment,
        payer=str(said["payer"]),
        payer_account=str(said["account"]),
        text=str(said["text"]),
        batch=batch
        and Batch(
            name=str(batch["name"]),
            amount_micro=int(batch["amount_micro"]),
            payments=int(batch["payments"]),
        ),
    )
