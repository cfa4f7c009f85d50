"""Sending money back that nobody owed: how much of a payment, and to which account.

It goes to the account that it came from and to no other: whoever could name another one would move
money through the book of a society. Only where the bank told no account is one named by hand.
"""

from collections.abc import Collection

from core.currencies import is_payable, unit_micro
from core.errors import BadInput, Conflict
from royalties import receiving
from royalties.ibans import check_iban
from royalties.ledger import OWNER
from royalties.models_income import Payment, Receipt
from royalties.payees import PayeeDetails
from royalties.paying import Candidate

_NAME_MAX = 140


def check_open(receipt: Receipt) -> None:
    """Raise `Conflict` while a refund of this payment waits for its second person."""
    if receipt.refund_proposed:
        raise Conflict(
            "Somebody proposed to send this payment back.",
            next_step="Have a second person agree or reject it first: ebenbild payout list",
            code="refund-proposed",
        )


def amount_of(receipt: Receipt, wanted_micro: int | None) -> int:
    """What is sent back, in millionths: all that is unmatched in whole minor units, or so much.

    Raises `Conflict` where nothing is left, `BadInput` for more than that or for no whole amount.
    """
    currency = receipt.payment.currency
    possible = receipt.unmatched_micro - receipt.unmatched_micro % unit_micro(currency)
    if possible <= 0:
        raise Conflict(
            "Nothing of this payment is left to be sent back.",
            next_step=f"See what it pays: ebenbild receipt show {receipt.id}.",
            code="nothing-to-refund",
        )
    if wanted_micro is None:
        return possible
    if wanted_micro <= 0 or not is_payable(wanted_micro, currency):
        raise BadInput(
            "No bank sends such an amount.",
            next_step="Write it as 12.50, or leave it out for all that is left.",
            fields=("amount",),
        )
    if wanted_micro > possible:
        raise BadInput(
            "That is more than is left of this payment.",
            next_step="Leave the amount out for all that is left.",
            fields=("amount",),
        )
    return wanted_micro


def details_of(
    paid: Payment, *, name: str = "", iban: str = "", own: Collection[str] = ()
) -> PayeeDetails:
    """Whom and where to: as the bank told it, else as it is named; raises `BadInput`.

    `own` are the IBANs of the book itself, which never paid anything to itself.
    """
    told = _told_iban(paid)
    named = check_iban(iban) if iban.strip() else ""
    if told and named and told != named:
        raise BadInput(
            "The payment came from another account.",
            next_step="Leave the account out: money goes back to where it came from.",
            code="another-account",
            fields=("iban",),
        )
    if (told or named) in own:
        raise BadInput(
            "This is the account of the book itself: the money would only go round.",
            next_step="Name the payer's: ebenbild receipt return ... --name ... --iban ..."
            if named
            else "Ask the bank whose account it came from, and match or move it in the books.",
            code="own-account",
            fields=("iban",),
        )
    holder = paid.payer.strip() or name.strip()
    if not (told or named) or not holder:
        lacks = "iban" if holder else "name"
        raise BadInput(
            "The bank did not say whose account this payment came from.",
            next_step="Name its holder and IBAN: ebenbild receipt return ... --name ... --iban ...",
            code="no-payer-account",
            fields=(lacks,),
        )
    return PayeeDetails(name=holder[:_NAME_MAX], iban=told or named)


def is_told(paid: Payment) -> bool:
    """Whether the bank told an IBAN that money can be sent back to."""
    return bool(_told_iban(paid))


def candidate(
    receipt: Receipt, details: PayeeDetails, *, amount_micro: int, sealed_as: str
) -> Candidate:
    """A refund as batches know what they pay; `sealed_as` is the id that `details` lie under."""
    return Candidate(
        account=receiving.unmatched(receipt),
        payee_id="",
        audience=OWNER,
        balance_micro=min(amount_micro, receipt.unmatched_micro),
        details=details,
        version_id=sealed_as,
        cooling_until=None,
        held=(),
        refused_version="",
        refused_code="",
        taxed=False,
    )


def _told_iban(paid: Payment) -> str:
    """The account in the bank's words as an IBAN; empty where it is none."""
    try:
        return check_iban(paid.payer_account)
    except BadInput:
        return ""
