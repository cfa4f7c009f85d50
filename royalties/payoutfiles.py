"""The two papers of a batch: the file for the bank, and the list of what is paid by hand."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.money import rate_text
from royalties.models_payouts import Batch, BatchKind, BookAccount, Payout, Way
from royalties.pain001 import Transfer, credit_transfer
from royalties.payees import PayeeDetails
from royalties.paying import reference_of

_DETAILS = ("name", "street", "building", "post_code", "town", "country", "iban", "bic", "account")
COLUMNS = ("end_to_end_id", "amount", "currency", *_DETAILS, "why")
# What payees read on their statements.
_TEXTS = {BatchKind.REFUND: "Returned payment"}
_FORMULA = ("=", "+", "-", "@", "\t")


def bank_file(
    batch: Batch,
    payer: BookAccount,
    payouts: Sequence[Payout],
    details: Mapping[str, PayeeDetails],
    *,
    at: datetime,
) -> bytes | None:
    """The file of all payments that go by SEPA; None where there is none. `details` by account."""
    text = f"{_TEXTS.get(batch.kind, 'Payout')} {batch.number} of {batch.execute_on.isoformat()}"
    found = [
        Transfer(one.end_to_end_id, one.amount_micro, details[one.account], text)
        for one in payouts
        if one.way is Way.SEPA
    ]
    if not found:
        return None
    reference = reference_of(batch.id)
    return credit_transfer(
        payer, found, reference=reference, execute_on=batch.execute_on, made_at=at
    )


def hand_list(payouts: Sequence[Payout], details: Mapping[str, PayeeDetails]) -> bytes | None:
    """A table of all payments by hand, each with what speaks against the file; None without any."""
    found = [one for one in payouts if one.way is Way.MANUAL]
    if not found:
        return None
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        said = details[one.account]
        why = " ".join(reason.code for reason in one.reasons)
        texts = (cell(str(getattr(said, name))) for name in _DETAILS)
        amount = rate_text(one.amount_micro)
        writer.writerow((one.end_to_end_id, amount, one.currency, *texts, why))
    return out.getvalue().encode("utf-8")


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
