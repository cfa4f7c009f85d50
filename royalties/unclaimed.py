"""What of a year's money nobody could be found for, where it is booked, and what it becomes.

VGG sections 28 to 30, https://www.gesetze-im-internet.de/vgg/ : listed once the term of payment is
over, published, claimed with proof, and given up when it has become undistributable.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

from core.dated import Dated, dated, in_force
from core.money import split
from royalties.accounts import AccountKind, account, unidentified
from royalties.closing import digest
from royalties.models_books import Posting
from royalties.models_received import ReceivedClaim
from royalties.models_unclaimed import UnclaimedLine

DATA_FILE = "unclaimed.json"
LISTED_AFTER = "paid-out"
GIVEN_UP_AFTER = "undistributable"
PRO_RATA = "pro-rata"
SOCIAL = account(AccountKind.SOCIAL, "unclaimed")
LAST_MONTH = 12
Key = tuple[str, str, str]


def month_of_year(year: int) -> str:
    """The month under which a year's unclaimed money stands."""
    return f"{year:04d}-{LAST_MONTH}"


def account_of(year: int) -> str:
    """The account of a year's unclaimed money."""
    return account(AccountKind.UNCLAIMED, month_of_year(year))


def becomes(at: datetime, amount: int, kept: Mapping[str, int]) -> dict[str, int]:
    """The accounts that money goes to which nobody claimed in time, by the rule in force.

    `kept` is what the runs of the year kept in reserve, by the run under which they did: a reserve
    is released to everybody in proportion to what it was kept of, and so is what is added to it.
    """
    target = in_force(_rules(), at) or SOCIAL
    if target != PRO_RATA:
        return {target: amount}
    weights = {account(AccountKind.RESERVE, name): net for name, net in kept.items() if net > 0}
    if not weights:
        return {SOCIAL: amount}
    names = sorted(weights)
    shares = split(amount, [weights[name] for name in names])
    return {name: share for name, share in zip(names, shares, strict=True) if share}


def of_strangers(
    claims: Iterable[ReceivedClaim], year: int, apart: Mapping[str, int]
) -> Iterator[UnclaimedLine]:
    """What was received in a year for people nobody knows, less what is `apart` by live key."""
    for one in claims:
        if one.account is not AccountKind.UNIDENTIFIED or one.earned_period[:4] != f"{year:04d}":
            continue
        amount = one.received_micro - apart.get(one.live_key, 0)
        if amount > 0:
            yield UnclaimedLine(
                account=unidentified(one.cut_id),
                currency=one.currency,
                amount_micro=amount,
                earned_period=one.earned_period,
                live_key=one.live_key,
                transaction_id=one.transaction_id,
                cut_id=one.cut_id,
                licensee_id=one.licensee_id,
            )


def line_key(one: UnclaimedLine) -> Key:
    """The order of lines in a list; no two are equal in it."""
    return one.account, one.currency, one.live_key


def digest_of(lines: Iterable[UnclaimedLine]) -> str:
    """What fixes the lines of a list."""
    said = [[*line_key(one), str(one.amount_micro)] for one in sorted(lines, key=line_key)]
    return digest({"unclaimed": said})


def grouped(lines: Iterable[UnclaimedLine]) -> list[tuple[tuple[str, str, str], int]]:
    """What lines come to by account, currency and whose side sees it, in order."""
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for one in lines:
        sums[one.account, one.currency, one.tenant_id] += one.amount_micro
    return sorted(sums.items())


def moved(source: str, target: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """An amount that goes from one account to another."""
    return given(source, {target: amount}, currency)


def given(source: str, targets: Mapping[str, int], currency: str) -> tuple[Posting, ...]:
    """Amounts that go from one account to others."""
    sides = (Posting(name, -amount, currency) for name, amount in sorted(targets.items()))
    return Posting(source, sum(targets.values()), currency), *sides


@cache
def _rules() -> tuple[Dated[str], ...]:
    text = files("royalties").joinpath("data", DATA_FILE).read_bytes()
    return tuple(dated(str(one["to"]), one) for one in json.loads(text)["rules"])
