"""An account statement as one JSON-ready dictionary, signed and back.

The dictionary says nothing about language or layout. Balances and postings keep the signs of the
ledger: credits, which is what a performer is owed, are negative.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from core import integrity
from core.clock import to_text
from core.errors import BadInput
from core.integrity import ProofOptions
from core.keys import PrivateKey, verification_method
from royalties.accountstatement import AccountStatement, Balance, Holder, Movement
from royalties.forms.claims import AccountMovementOut
from royalties.forms.statements import AccountStatementOut, SignedAccountStatementOut
from royalties.tariffs.documents import tariff_from_dict, tariff_to_dict
from royalties.wire_transactions import transaction_from_dict, transaction_to_dict

FORM: Final = "ebenbild-account-statement-1"
STATEMENT_BYTES_MAX = 1 << 30


def to_dict(statement: AccountStatement) -> AccountStatementOut:
    """JSON-ready form; inverse of `from_dict`."""
    return {
        "form": FORM,
        "id": statement.id,
        "performer_id": statement.holder.performer_id,
        "payees": list(statement.holder.payees),
        "month": statement.month,
        "as_of_seq": statement.as_of_seq,
        "closed": statement.closed,
        "balances": [
            {
                "book": one.book,
                "account": one.account,
                "currency": one.currency,
                "opening_micro": str(one.opening_micro),
                "closing_micro": str(one.closing_micro),
            }
            for one in statement.balances
        ],
        "movements": [_movement_to_dict(one) for one in statement.movements],
        "tariffs": [tariff_to_dict(tariff) for tariff in statement.tariffs],
    }


def from_dict(data: Mapping[str, Any]) -> AccountStatement:
    """Read a statement back, signed or not; raises `BadInput` for what is none."""
    try:
        if data["form"] != FORM:
            raise ValueError("another form")
        return AccountStatement(
            id=str(data["id"]),
            holder=Holder(str(data["performer_id"]), tuple(map(str, data["payees"]))),
            month=str(data["month"]),
            as_of_seq=int(data["as_of_seq"]),
            closed=data["closed"] is True,
            balances=tuple(_balance(one) for one in data["balances"]),
            movements=tuple(_movement_from_dict(one) for one in data["movements"]),
            tariffs=tuple(tariff_from_dict(one) for one in data["tariffs"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise BadInput(
            "This is not an account statement.",
            code="bad-statement",
            next_step=f"Hand in a statement of the form {FORM}, as it was given out.",
        ) from exc


def signed(
    statement: AccountStatement, registry_key: PrivateKey, at: datetime
) -> SignedAccountStatementOut:
    """The statement with the registry's proof (eddsa-jcs-2022)."""
    options = ProofOptions(registry_key.verification_method, to_text(at))
    document = {**to_dict(statement), "issuer": registry_key.did}
    return cast(SignedAccountStatementOut, integrity.sign(document, options, registry_key))


def check_signed(document: Mapping[str, Any], registries: tuple[str, ...]) -> None:
    """Return when one of these registries signed it; raises `BadProof`.

    Without registries the one it names is taken at its word: then only the bytes are checked.
    """
    named = str(document.get("issuer", ""))
    if not registries or named in registries:
        integrity.verify(document, expected={verification_method(named)})
        return
    integrity.verify(document, expected={verification_method(registries[0])})


def _balance(data: Mapping[str, Any]) -> Balance:
    return Balance(
        book=str(data["book"]),
        account=str(data["account"]),
        currency=str(data["currency"]),
        opening_micro=int(data["opening_micro"]),
        closing_micro=int(data["closing_micro"]),
    )


def _movement_to_dict(one: Movement) -> AccountMovementOut:
    rest = [[currency, str(amount)] for currency, amount in one.rest]
    return {**transaction_to_dict(one.transaction), "rest": rest}


def _movement_from_dict(data: Mapping[str, Any]) -> Movement:
    rest = tuple((str(currency), int(amount)) for currency, amount in data["rest"])
    return Movement(transaction_from_dict(data), rest)
