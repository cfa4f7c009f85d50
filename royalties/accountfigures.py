"""What an account statement says in a few figures: what changed, of what, and where it came from.

Nothing here is stated by the statement itself; pages, PDF and CSV derive it from the postings, in
the performer's signs: what is owed more is positive.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from royalties.accounts import AccountKind, parse
from royalties.accountstatement import OF_A_PERFORMER, AccountStatement, Movement, owed_micro
from royalties.ledger import net_by_currency
from royalties.models import Origin
from royalties.models_books import Posting, TransactionKind
from royalties.sisterclaims import ABROAD

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Change:
    """What transactions of one kind did to what is owed, by the kind of account opposite.

    `counterpart` is `receivable` for what was earned, `tax` for what was withheld, and so on.
    """

    kind: TransactionKind
    counterpart: str
    amount_micro: int


@dataclass(frozen=True, slots=True)
class Summary:
    """One currency: opening + every change = closing, whose `parts` are by kind of account."""

    currency: str
    opening_micro: int
    changes: tuple[Change, ...]
    closing_micro: int
    parts: tuple[tuple[AccountKind, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What one cut earned by one kind of use in the month, corrections taken off."""

    currency: str
    cut_id: str
    kind: str
    amount_micro: int


def summaries(statement: AccountStatement) -> tuple[Summary, ...]:
    """One summary for each currency that stood or moved."""
    opening = owed_micro(statement.balances, opening=True)
    closing = owed_micro(statement.balances)
    return tuple(
        Summary(
            currency=currency,
            opening_micro=opening[currency],
            changes=_changes(statement.movements, currency, statement.holder.accounts),
            closing_micro=closing[currency],
            parts=_parts(statement, currency),
        )
        for currency in closing
    )


def changes_of(movement: Movement, own: frozenset[str]) -> dict[tuple[str, str], int]:
    """What a transaction did to what is owed, by currency and kind of account on the other side.

    All of it nets to zero, so that what its other side gains is what the performer's side loses.
    """
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in movement.transaction.postings:
        if posting.account not in own:
            kind, _, _ = posting.account.partition(":")
            found[posting.currency, kind] += posting.amount_micro
    for currency, amount in movement.rest:
        found[currency, OTHERS] += amount
    return dict(found)


def sources(statement: AccountStatement) -> tuple[Source, ...]:
    """Where the month's money came from, the most first.

    What a sister society handed on was earned in her book, which says where if it is here.
    """
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for one in (movement.transaction for movement in statement.movements):
        if one.claim is None or (one.pins.origin is Origin.SISTER and one.reason != ABROAD):
            continue
        own = [p for p in one.postings if p.account in statement.holder.accounts]
        for currency, net in net_by_currency(own).items():
            sums[currency, one.pins.cut_id, one.pins.kind or ""] -= net
    found = (Source(*name, amount) for name, amount in sums.items() if amount)
    return tuple(sorted(found, key=lambda one: (one.currency, -one.amount_micro, one.cut_id)))


def _changes(
    movements: Iterable[Movement], currency: str, own: frozenset[str]
) -> tuple[Change, ...]:
    sums: defaultdict[tuple[TransactionKind, str], int] = defaultdict(int)
    for movement in movements:
        for (unit, counterpart), amount in changes_of(movement, own).items():
            if unit == currency:
                sums[movement.transaction.kind, counterpart] += amount
    order = list(TransactionKind)
    names = sorted(sums, key=lambda name: (order.index(name[0]), name[1]))
    return tuple(Change(*name, sums[name]) for name in names if sums[name])


def _parts(statement: AccountStatement, currency: str) -> tuple[tuple[AccountKind, int], ...]:
    held = [
        Posting(one.account, -one.closing_micro, currency)
        for one in statement.balances
        if one.currency == currency
    ]
    return tuple(
        (kind, amount)
        for kind in OF_A_PERFORMER
        if (amount := sum(p.amount_micro for p in held if parse(p.account).kind is kind))
    )
