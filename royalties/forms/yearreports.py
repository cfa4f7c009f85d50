"""What is told of a year of a book."""

from typing import Annotated, Literal

from pydantic import Field

from core.forms import Form, Micro, Moment
from royalties.accounts import AccountKind
from royalties.models_books import TransactionKind
from royalties.yearreport import Waited


class MovementOut(Form):
    """What transactions of one kind moved on one kind of account in the year; debits above zero.

    `category` tells costs, deductions and taxes apart, and is empty for all other accounts.
    """

    kind: TransactionKind
    account: AccountKind
    category: str
    currency: str
    amount_micro: Micro


class EndsOut(Form):
    """All accounts of one kind at both ends of the year."""

    account: AccountKind
    currency: str
    opening_micro: Micro
    closing_micro: Micro


class IncomeOut(Form):
    """Claims of one kind of use: booked in the year, and received in it."""

    use: str
    currency: str
    claimed_micro: Micro
    received_micro: Micro


class DaysOut(Form):
    """How many days money waited for its run or its payout: half of it no more than `median`."""

    what: Waited
    currency: str
    amount_micro: Micro
    median: int
    ninetieth: int


class YearReportOut(Form):
    """A book and year as the books stood at `as_of`; `months_closed` of twelve are final."""

    form: Literal["ebenbild-year-report-1"]
    book: str
    year: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    as_of: Moment
    months_closed: int
    movements: list[MovementOut]
    balances: list[EndsOut]
    income: list[IncomeOut]
    days: list[DaysOut]
