"""What is told of paying out: accounts, batches, payments, and what the bank answered."""

from typing import Annotated

from pydantic import Field

from core.forms import Day, Form, Micro, Moment
from fingerprint.models import Reason
from royalties.forms.receipts import HandedOnOut
from royalties.models_payouts import BatchKind, BatchState, PayoutState, Way


class BookAccountOut(Form):
    """An account that a book pays from (`own`), or an authority's."""

    id: str
    whose: str
    version: int
    name: str
    iban: Annotated[str, Field(description="Its last characters.")]
    bic: str


class PayoutBatchOut(Form):
    """What goes to the bank together; `left_micro` stays owed, each with its reason.

    `digest` fixes what a second person agrees to, `sha256` is that of the file, once it is made.
    """

    id: str
    number: int
    kind: BatchKind
    currency: str
    state: BatchState
    execute_on: Day
    count: int
    total_micro: Micro
    left_micro: Micro
    sources: Annotated[
        dict[str, Micro], Field(description="By the run that made it payable; all else is `other`.")
    ]
    digest: str
    approval_id: str
    sha256: str
    single_operator: bool
    proposed_at: Moment
    sent_at: Moment | None


class CameBackOut(Form):
    """What the bank sent back of a batch; none of it is paid."""

    returned_count: int
    returned_micro: Micro


class ShownBatchOut(PayoutBatchOut, CameBackOut):
    """A batch with what came back of it, and what of its refund is with performers."""

    handed_on: HandedOnOut | None


class PayoutOut(Form):
    """One payment, or one balance that stays (`blocked`), with every reason why.

    `bank_code` says why the bank sent it back.
    """

    id: str
    batch_id: str
    account: str
    amount_micro: Micro
    currency: str
    way: Way
    end_to_end_id: str
    state: PayoutState
    reasons: list[Reason]
    bank_code: str
    changed_at: Moment


class NamedPayoutOut(PayoutOut):
    """A payment with the name of whom it pays, and of the person whose heir that is."""

    payee: str
    heir_of: str


class TakenAnswerOut(Form):
    """What an answer of a bank changed.

    So many payments settled and came back, so many said nothing new or are still open; `others`
    are entries about none of ours. `again` where the very same file was taken in before.
    """

    id: str
    form: str
    settled: int
    returned: int
    known: int
    still_open: int
    others: int
    again: bool
