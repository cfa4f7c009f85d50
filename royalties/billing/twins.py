"""Whether a payment that a file names was told before: the same money, by two kinds of source.

camt.053 has the bank's own reference of a payment, most tables have none. So day, amount and
currency are compared, then who sent it and what they wrote. What the bank itself names twice by
different references is two payments, whatever else is alike. A table may give the day of value for
the day of booking, so that the days near by are looked at too, and only ever leave doubt.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from royalties.billing.bankdays import are_near, around
from royalties.billing.bankstatement import MADE
from royalties.billing.words import Words, agree, words_of
from royalties.models_income import Payment


class Likeness(StrEnum):
    """SAME is one payment beyond doubt, DOUBTFUL a person decides, OTHER is another one."""

    SAME = "same"
    DOUBTFUL = "doubtful"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Known:
    """A payment that was told before, by the receipt that it is or would be.

    `told` is what each source says of it. It `is_named` once one of them has the bank's own
    reference; what a clerk wrote is none.
    """

    receipt_id: str
    told: tuple[Payment, ...]
    is_named: bool


_What = tuple[date, int, str]
_OfDay = list[tuple[Known, list[Words]]]
_Asked = tuple[_What, bool, Words]


class _Near:
    """What was told of one day, amount and currency, found by the account it came from.

    A shop is paid one sum by thousands: those of other accounts need not be compared.
    """

    def __init__(self, every: _OfDay) -> None:
        self.every = every
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, (_, said) in enumerate(every):
            for account in {words.account for words in said}:
                self._places[account].append(place)

    def beside(self, words: Words) -> _OfDay:
        """In their order those that are not of another account for sure."""
        if not words.account:
            return self.every
        places = {*self._places.get("", ()), *self._places.get(words.account, ())}
        return [self.every[place] for place in sorted(places)]


_Told = Mapping[_What, _Near]
_NOTHING = _Near([])


def is_named(payment: Payment) -> bool:
    """Whether its reference is the bank's, and not made of what the file says."""
    return not payment.reference.startswith(MADE)


def sort_out(
    payments: Sequence[Payment], known: Sequence[Known]
) -> tuple[tuple[Likeness, str], ...]:
    """What each payment of one file is beside those told before, and the receipt it is like.

    One against one: as many as can be are the same as one that was told. What is left of a file is
    another payment, unless it is in doubt against one that nobody took: of its day, or, where
    sender and words agree in full, of a day near it.
    """
    told = _by_day(known)
    asked = [(one.what, is_named(one), words_of(one)) for one in payments]
    # Shops are paid one sum by many, and what is told alike is compared once.
    found = {
        one: _alike(one[1], one[2], told.get(one[0], _NOTHING).beside(one[2])) for one in {*asked}
    }
    alike = [found[one] for one in asked]
    same = paired([[name for name, how in one if how is Likeness.SAME] for one in alike])
    taken = {*same.values()}
    left = [
        [] if at in same else [name for name, _ in one if name not in taken]
        for at, one in enumerate(alike)
    ]
    apart = paired(left)
    late = _on_other_days(
        asked, told, taken, {at for at in range(len(asked)) if left[at]} | {*same}
    )
    return tuple(
        (Likeness.SAME, same[at])
        if at in same
        else (Likeness.DOUBTFUL, apart.get(at, names[0]))
        if names
        else (Likeness.DOUBTFUL, late[at])
        if at in late
        else (Likeness.OTHER, "")
        for at, names in enumerate(left)
    )


def likeness(one: Payment, other: Payment) -> Likeness:
    """How alike two payments are of which no reference says it."""
    words = words_of(one), words_of(other)
    if one.what == other.what:
        return _compared(*words)
    is_near = are_near(one.booked_on, other.booked_on) and one.what[1:] == other.what[1:]
    return Likeness.DOUBTFUL if is_near and _agree_in_full(*words) else Likeness.OTHER


def paired(wanted: Sequence[Sequence[str]]) -> Mapping[int, str]:
    """As many of these as can be, each with a name that it wants and that no other has."""
    pairs: dict[int, str] = {}
    owner: dict[str, int] = {}
    settled: set[str] = set()
    for start in range(len(wanted)):
        asked_by: dict[str, int] = {}
        asking, free = [start], ""
        for at in asking:
            free = next((name for name in wanted[at] if name not in owner), "")
            if free:
                asked_by[free] = at
                break
            # Whoever has what this one wants may take another.
            for name in wanted[at]:
                if name not in asked_by and name not in settled:
                    asked_by[name] = at
                    asking.append(owner[name])
        else:
            # Nobody who was asked can make room, nor will for a later one.
            settled.update(asked_by)
        while free:
            at = asked_by[free]
            before = pairs.get(at, "")
            pairs[at], owner[free] = free, at
            free = before
    return pairs


def _by_day(known: Sequence[Known]) -> _Told:
    """What was told, by day, amount and currency: a payment of two days stands under both."""
    found: dict[_What, _OfDay] = defaultdict(list)
    for one in known:
        of: dict[_What, list[Words]] = defaultdict(list)
        for told in one.told:
            of[told.what].append(words_of(told))
        for what, words in of.items():
            found[what].append((one, words))
    return {what: _Near(every) for what, every in found.items()}


def _on_other_days(
    asked: Sequence[_Asked], told: _Told, taken: Container[str], done: Container[int]
) -> Mapping[int, str]:
    """Who of the rest may be one of a day near its own, one against one."""
    found: dict[_Asked, list[str]] = {}
    for at, one in enumerate(asked):
        if at not in done and one not in found:
            found[one] = [name for name in _of_other_days(one, told) if name not in taken]
    return paired([[] if at in done else found[one] for at, one in enumerate(asked)])


def _of_other_days(asked: _Asked, told: _Told) -> Iterator[str]:
    (day, amount, currency), named, words = asked
    for other in around(day):
        near = told.get((other, amount, currency), _NOTHING) if other != day else _NOTHING
        for one, said in near.beside(words):
            if not (one.is_named and named) and any(_agree_in_full(words, each) for each in said):
                yield one.receipt_id


def _alike(
    named: bool, words: Words, near: Sequence[tuple[Known, list[Words]]]
) -> list[tuple[str, Likeness]]:
    """The receipts that a payment is or may be."""
    found = []
    for one, told in near:
        if one.is_named and named:
            continue
        how = {_compared(words, other) for other in told}
        if how != {Likeness.OTHER}:
            same = Likeness.SAME in how
            found.append((one.receipt_id, Likeness.SAME if same else Likeness.DOUBTFUL))
    return found


def _compared(one: Words, other: Words) -> Likeness:
    accounts = {one.account, other.account} - {""}
    if len(accounts) == 2 or not (one.invoices <= other.invoices or other.invoices <= one.invoices):
        return Likeness.OTHER
    text = agree(one.text, other.text)
    same_account = bool(one.account and other.account)
    sender = same_account or agree(one.payer, other.payer)
    if sender is False:
        return Likeness.OTHER if text is False else Likeness.DOUBTFUL
    if text or (sender and text is None):
        return Likeness.SAME
    return Likeness.DOUBTFUL


def _agree_in_full(one: Words, other: Words) -> bool:
    """Whether sender and words are told by both, and are the same."""
    accounts = {one.account, other.account}
    if len(accounts) == 2 and "" not in accounts:
        return False
    sender = "" not in accounts or agree(one.payer, other.payer)
    invoices = one.invoices <= other.invoices or other.invoices <= one.invoices
    return bool(sender and invoices and agree(one.text, other.text))
