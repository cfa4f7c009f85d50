"""Whatever came in, told whole by two files in either order, is booked once and none of it lost.

The message names each entry and tells some batches as a sum with a number, others in their parts;
the table tells them the other way round, cuts words off, and may give days of value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from royalties.billing.bankstatement import MADE
from royalties.billing.batches import told_otherwise
from royalties.billing.twins import Known, Likeness, is_named, sort_out
from royalties.billing.words import sender
from royalties.models_income import Batch, Payment

MONDAY = date(2026, 11, 2)
NOBODY = sender("", "")


@dataclass(frozen=True)
class Came:
    """One payment, or a batch that is parted by the message, or else by the table."""

    week: int
    payer: str
    text: str
    amounts: tuple[int, ...]
    by_message: bool


CAME = st.builds(
    Came,
    week=st.integers(0, 2),
    payer=st.sampled_from(["Anna Berg", "Studio Nord"]),
    text=st.sampled_from(["Lizenz Film", "Lizenz Serie", "Miete Studio"]),
    # A part that is in all else a single payment, too, may stand for it: days apart then mislead.
    amounts=st.tuples(st.integers(1, 6))
    | st.lists(st.integers(101, 106), min_size=2, max_size=4).map(tuple),
    by_message=st.booleans(),
)
# Two lines of a day without a sender or a number might each be the sum of what is left of it.
WORLDS = st.lists(CAME, max_size=6).filter(
    lambda came: len({one.week for one in sums_of(came)}) == len(sums_of(came))
)


def sums_of(came: Sequence[Came]) -> list[Came]:
    return [one for one in came if len(one.amounts) > 1]


def message_of(came: Sequence[Came]) -> list[Payment]:
    found = []
    for at, one in enumerate(came):
        batch = Batch(f"B{at}", sum(one.amounts), len(one.amounts))
        if len(one.amounts) == 1:
            found.append(paid(f"B{at}", one, one.amounts[0]))
        elif one.by_message:
            found += [
                replace(paid(f"B{at}/{number}", one, amount), batch=batch)
                for number, amount in enumerate(one.amounts)
            ]
        else:
            found.append(Payment(f"B{at}", day(one), sum(one.amounts), "EUR", batch=batch))
    return found


def table_of(came: Sequence[Came], back: int) -> list[Payment]:
    found = []
    for one in came:
        if len(one.amounts) == 1:
            found.append(paid("", one, one.amounts[0]))
        elif one.by_message:
            found.append(Payment("", day(one), sum(one.amounts), "EUR", text="Sammler"))
        else:
            found += [paid("", one, amount) for amount in one.amounts]
    moved = [replace(one, booked_on=one.booked_on - timedelta(days=back)) for one in found]
    return [replace(one, reference=f"{MADE}{at}") for at, one in enumerate(moved)]


def paid(reference: str, one: Came, amount: int) -> Payment:
    text = one.text if reference else one.text[:9]
    return Payment(reference, day(one), amount, "EUR", payer=one.payer, text=text)


def day(one: Came) -> date:
    return MONDAY + timedelta(days=7 * one.week)


def read(payments: Sequence[Payment], book: list[Known]) -> list[str]:
    """What becomes of each payment of a file; what is new is in the book from then on."""
    found = sort_out(payments, book)
    became = [how.value for how, _ in found]
    taken = {name for _, name in found}
    left = [at for at, (how, _) in enumerate(found) if how is Likeness.OTHER]
    beside = [one for one in book if one.receipt_id not in taken]
    for at in told_otherwise([payments[at] for at in left], beside, NOBODY):
        became[left[at]] = "batch"
    book += [Known(one.reference, (one,), is_named(one)) for one in payments]
    return became


@given(WORLDS, st.booleans(), st.integers(0, 4))
def test_what_two_files_tell_is_booked_once(
    came: Sequence[Came], table_first: bool, back: int
) -> None:
    files = [message_of(came), table_of(came, back)]
    if table_first:
        files.reverse()
    book: list[Known] = []
    assert set(read(files[0], book)) <= {"other"}
    assert "other" not in read(files[1], book)


@given(WORLDS, WORLDS, st.booleans())
def test_what_one_file_alone_tells_is_not_lost(
    came: Sequence[Came], more: Sequence[Came], is_message: bool
) -> None:
    """Of other weeks, whatever else is alike."""
    later = [replace(one, week=one.week + 10) for one in more]
    book: list[Known] = []
    read(message_of(came), book)
    new = message_of(later) if is_message else table_of(later, 0)
    assert set(read(new, book)) <= {"other"}
