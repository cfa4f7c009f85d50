"""Payments that one file tells in one sum, and another one by one.

camt.053 tells a batch as one entry, with its payments in it or with their number alone (`NtryDtls`,
`Btch`); a table tells one line, or one for each payment, and says of neither that it belongs to the
other. So lines make a batch only where they come exactly to its sum on its day, and are as many,
one below the other, as the bank says, or all that nobody knows otherwise. Where the bank says that
it is a batch, the other file may give the day of value: then days near by are looked at too.
Nothing else is tried: of many payments some always come to something.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Self

from royalties.billing.bankdays import around
from royalties.billing.twins import Known, is_named
from royalties.billing.words import Words, agree, words_of
from royalties.models_income import Batch, Payment

_SUMS_MAX = 500
_Day = tuple[date, str]
_Days = Mapping[_Day, Sequence[Known]]


def told_otherwise(
    payments: Sequence[Payment], known: Sequence[Known], own: Words
) -> Mapping[int, str]:
    """By place those of a file that are told before as a sum, or as the parts of it, with that.

    `payments` and `known` are those that are not the same as another, in the order of their
    telling; `own` is the account's holder, whose collections banks tell under the holder's name.
    The receipt is that of the sum, or of the first of the parts.
    """
    ours = [Known(str(at), (one,), is_named(one)) for at, one in enumerate(payments)]
    found: dict[int, str] = {}
    taken: set[str] = set()
    before = _by_day(known)
    for near in (False, True):
        free = [one for one in known if one.receipt_id not in taken] if near else known
        left = [one for one in ours if int(one.receipt_id) not in found]
        for whole, parts in _batches(free, left, own, before if near else None):
            found |= dict.fromkeys((int(one.receipt_id) for one in parts), whole.receipt_id)
            taken.add(whole.receipt_id)
        left = [one for one in ours if int(one.receipt_id) not in found]
        for whole, parts in _batches(left, free, own, before if near else None):
            found[int(whole.receipt_id)] = parts[0].receipt_id
            taken |= {one.receipt_id for one in parts}
    return found


def _batches(
    sums: Sequence[Known], among: Sequence[Known], own: Words, before: _Days | None
) -> Iterator[tuple[Known, Sequence[Known]]]:
    """Each sum with the payments that it is, of which none belongs to two.

    With all that was told `before` those of days near its own, where the bank says that it is a
    batch; one that was told both ways on a day is none of another's.
    """
    free = {day: _Free.of(found) for day, found in _by_day(among).items()}
    for day, wholes in _by_day(one for one in sums if not _is_part(one)).items():
        for whole in wholes[:_SUMS_MAX]:
            for other in _near(day) if before is not None else [day]:
                parts = free[other].parts(whole, of_bank=other != day) if other in free else ()
                if not parts or not _may_be(whole, parts, own):
                    continue
                if before is not None and _is_told_both_ways(whole, parts, before):
                    continue
                yield whole, parts
                free[other] = free[other].without(parts)
                break


def _near(day: _Day) -> list[_Day]:
    return [(other, day[1]) for other in around(day[0]) if other != day[0]]


def _is_told_both_ways(whole: Known, parts: Sequence[Known], before: _Days) -> bool:
    """Whether the day of the sum has its payments already, or the day of these has their sum."""
    paid, part = whole.told[0], parts[0].told[0]
    beside = before.get((part.booked_on, part.currency), ())
    if any(one.told[0].amount_micro == paid.amount_micro for one in beside if not _is_part(one)):
        return True
    on_its_day = [one for one in before.get((paid.booked_on, paid.currency), ()) if one != whole]
    return bool(_Free.of(on_its_day).parts(whole, of_bank=True))


@dataclass(frozen=True, slots=True)
class _Free:
    """Payments of a day that belong to no sum yet: those that the bank parts, and the others."""

    every: Sequence[Known]
    parted: Mapping[int, Sequence[tuple[Batch, Sequence[Known]]]]
    loose: Sequence[Known]
    unnamed: Sequence[Known]

    @classmethod
    def of(cls, every: Sequence[Known]) -> Self:
        loose = [one for one in every if _batch(one) is None]
        unnamed = [one for one in loose if not one.is_named]
        return cls(every, _parted(every), loose, unnamed)

    def without(self, parts: Sequence[Known]) -> Self:
        taken = {one.receipt_id for one in parts}
        return self.of([one for one in self.every if one.receipt_id not in taken])

    def parts(self, whole: Known, *, of_bank: bool = False) -> Sequence[Known]:
        """The payments that come to a sum, as the bank parts it; else by the lines of its day.

        Only what the bank says to be a batch, where it is `of_bank`.
        """
        amount = whole.told[0].amount_micro
        for batch, parts in self.parted.get(amount, ()):
            if _may_be_named(whole, parts, batch):
                return parts
        # What the bank names one by one and as another sum is both.
        loose = self.unnamed if whole.is_named else self.loose
        told = _batch(whole)
        if told is None and of_bank:
            return ()
        count = len(loose) if told is None else told.payments
        return _run(loose, count, amount)


def _by_day(payments: Iterable[Known]) -> _Days:
    found: dict[_Day, list[Known]] = defaultdict(list)
    for one in payments:
        found[one.told[0].booked_on, one.told[0].currency].append(one)
    return found


def _parted(every: Sequence[Known]) -> Mapping[int, Sequence[tuple[Batch, Sequence[Known]]]]:
    """By its sum each batch of which all parts are here."""
    of: dict[Batch, list[Known]] = defaultdict(list)
    for one in every:
        batch = _batch(one)
        if batch is not None and _is_part(one):
            of[batch].append(one)
    found: dict[int, list[tuple[Batch, Sequence[Known]]]] = defaultdict(list)
    for batch, parts in of.items():
        if len(parts) == batch.payments and _sum(parts) == batch.amount_micro:
            found[batch.amount_micro].append((batch, parts))
    return found


def _run(loose: Sequence[Known], count: int, amount_micro: int) -> Sequence[Known]:
    """So many payments in a row that come to a sum; none where one would do."""
    upto = [0, *accumulate(one.told[0].amount_micro for one in loose)]
    for start in range(len(loose) - count + 1) if count > 1 else ():
        if upto[start + count] - upto[start] == amount_micro:
            return loose[start : start + count]
    return ()


def _may_be_named(whole: Known, parts: Sequence[Known], batch: Batch) -> bool:
    """Whether the bank does not name the two as different entries."""
    if not whole.is_named or not any(one.is_named for one in parts):
        return True
    return any(batch.name == one.reference for one in whole.told)


def _may_be(whole: Known, parts: Sequence[Known], own: Words) -> bool:
    """Whether a sum is one of several payments by who sent it: nobody, the holder, or all.

    And names no invoice that none of them names.
    """
    if _batch(whole) is not None:
        return True
    sender = words_of(whole.told[0])
    if not sender.invoices <= frozenset().union(*(words_of(one.told[0]).invoices for one in parts)):
        return False
    if not (sender.account or sender.payer) or _is_from(sender, own):
        return True
    return all(_is_from(sender, words_of(one.told[0])) for one in parts)


def _is_from(sender: Words, other: Words) -> bool:
    if sender.account and other.account:
        return sender.account == other.account
    return bool(agree(sender.payer, other.payer))


def _batch(one: Known) -> Batch | None:
    return next((told.batch for told in one.told if told.batch is not None), None)


def _is_part(one: Known) -> bool:
    batch = _batch(one)
    return batch is not None and batch.amount_micro != one.told[0].amount_micro


def _sum(parts: Sequence[Known]) -> int:
    return sum(one.told[0].amount_micro for one in parts)
