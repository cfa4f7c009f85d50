"""What proves a distribution run: its one hash, its postings, and that no millionth is missing.

The hash is SHA-256 over the lines as canonical JSON arrays, one a line, in the order of claim,
payee and outcome: it says what the run does, and not in which order claims were taken in.
https://www.rfc-editor.org/rfc/rfc8785
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Literal

from core.canonical import canonical
from royalties import accounts
from royalties.accounts import AccountKind, account
from royalties.closing import digest
from royalties.models_books import Posting
from royalties.models_runs import Outcome, Parts, Release, RunKind, RunLine, Totals

FORM = "ebenbild-run-1"
# What the hash says of a line, in this order.
HASHED = (
    *("live_key", "payee_id", "outcome", "reason"),
    *("performer_id", "earned_period", "currency", "rates_id", "authority"),
    *("received_micro", "drawn_micro", "stays_micro", "lacking_micro"),
    *("cost_micro", "social_micro", "reserve_micro", "tax_micro", "surcharge_micro", "net_micro"),
)
_BLOCKED = Outcome.BLOCKED
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
Group = tuple[str, str, str, str, str]
Sum = Literal["received", "divided"]


class RunHash:
    """The hash of a run while its lines are told, in the order of `distribution.sort_key`."""

    def __init__(self, book: str, kind: RunKind, months: tuple[str, str], follows: str) -> None:
        head = {"form": FORM, "book": book, "kind": kind.value, "follows": follows}
        self._sum = hashlib.sha256(canonical({**head, "months": list(months)}))

    def add(self, line: RunLine) -> None:
        """Tell the next line."""
        self._sum.update(b"\n" + line_bytes(line))

    def told(self, lines: Sequence[str]) -> None:
        """Tell the next lines, each as a JSON array of what `HASHED` names; any JSON will do."""
        texts = lines if "".join(lines).isascii() else [_encode(json.loads(one)) for one in lines]
        self._sum.update("".join([f"\n{one}" for one in texts]).encode())

    def release(self, one: Release) -> None:
        """Tell the next release; they follow the lines, in the order of `release_key`."""
        said = (one.outcome, one.reason, one.authority, *_amounts(one.parts))
        self._sum.update(b"\n" + _canonical(["release", *release_key(one), *said]))

    def hex(self) -> str:
        """The hash over everything told so far."""
        return self._sum.hexdigest()


def line_bytes(line: RunLine) -> bytes:
    """One line as canonical bytes; amounts are text, since they may be beyond 2^53."""
    own = (line.received_micro, line.drawn_micro, line.stays_micro, line.lacking_micro)
    said = (line.performer_id, line.earned_period, line.currency, line.rates_id, line.authority)
    key = (line.live_key, line.payee_id, str(line.outcome), line.reason)
    return _canonical([*key, *said, *map(str, own), *_amounts(line.parts)])


# The lines of one performer's side, payee, month, currency and outcome are booked as one.
group_of: Callable[[RunLine], Group] = attrgetter(
    "performer_id", "payee_id", "earned_period", "currency", "outcome"
)


def facts_key(run_id: str, group: Group) -> str:
    """What names the transaction of a group of lines; a run books it once."""
    return digest({"run": run_id, "group": list(group)})


def release_facts_key(run_id: str, one: Release) -> str:
    """What names the transaction of a release; a run books it once."""
    return digest({"run": run_id, "release": list(release_key(one))})


def release_key(one: Release) -> tuple[str, str, str, str]:
    """What names a release within its run."""
    return one.source, one.performer_id, one.payee_id, one.currency


def postings_of(lines: Iterable[RunLine], family_id: str) -> tuple[Posting, ...]:
    """The postings of one group of lines; empty where they come to nothing on every account."""
    sums: defaultdict[str, int] = defaultdict(int)
    currency = ""
    for line in lines:
        currency = line.currency
        sums[accounts.accrued(line.performer_id)] += line.received_micro
        if line.drawn_micro or line.parts.reserve_micro:
            reserve = account(AccountKind.RESERVE, family_id)
            sums[reserve] += line.drawn_micro - line.parts.reserve_micro
        _credit(sums, line, line.category)
    return tuple(Posting(name, sums[name], currency) for name in sorted(sums) if sums[name])


def release_postings(one: Release) -> tuple[Posting, ...]:
    """The postings that set an amount free."""
    sums: defaultdict[str, int] = defaultdict(int)
    sums[one.source] += one.parts.whole_micro
    _credit(sums, one, "")
    return tuple(Posting(name, sums[name], one.currency) for name in sorted(sums) if sums[name])


def of_currency(totals: dict[str, Totals], currency: str) -> Totals:
    """What one currency comes to so far."""
    return totals.get(currency) or totals.setdefault(currency, Totals())


def count(totals: dict[str, Totals], line: RunLine) -> None:
    """Add a line to what its currency comes to."""
    one, parts = of_currency(totals, line.currency), line.parts
    one.handed_on_micro += line.received_micro
    one.drawn_micro += line.drawn_micro
    one.lacking_micro += line.lacking_micro
    _add(one, parts, line.outcome)
    if line.category:
        deducted = parts.cost_micro + parts.social_micro
        one.by_category[line.category] = one.by_category.get(line.category, 0) + deducted
    if line.stays_micro:
        name = f"{line.outcome.value}_micro"
        setattr(one, name, getattr(one, name) + line.stays_micro)


def added(line: RunLine, part: str) -> int:
    """What one line adds to a part of its run's sums."""
    totals: dict[str, Totals] = {}
    count(totals, line)
    return int(getattr(totals[line.currency], f"{part}_micro"))


def unequal(one: Totals) -> Mapping[Sum, int]:
    """What is missing or too much by each of a run's two sums, in millionths; empty in sound runs.

    Received is what was handed on before, what this run hands on, and what stays. What this run
    hands on, with what it draws from the reserve, is what it pays, blocks, withholds and deducts.
    """
    stays = (
        one.frozen_micro
        + one.waiting_micro
        + one.held_micro
        + one.unidentified_micro
        + one.suspense_micro
    )
    given = (
        one.payable_micro
        + one.blocked_micro
        + one.tax_micro
        + one.cost_micro
        + one.social_micro
        + one.reserve_micro
    )
    found: dict[Sum, int] = {
        "received": one.received_micro - one.before_micro - one.handed_on_micro - stays,
        "divided": one.handed_on_micro + one.drawn_micro - given,
    }
    return {name: value for name, value in found.items() if value}


def _add(one: Totals, parts: Parts, outcome: Outcome) -> None:
    one.cost_micro += parts.cost_micro
    one.social_micro += parts.social_micro
    one.reserve_micro += parts.reserve_micro
    one.tax_micro += parts.tax_micro + parts.surcharge_micro
    if outcome is _BLOCKED:
        one.blocked_micro += parts.net_micro
    else:
        one.payable_micro += parts.net_micro


def _credit(sums: defaultdict[str, int], one: RunLine | Release, category: str) -> None:
    kind = AccountKind.BLOCKED if one.outcome is Outcome.BLOCKED else AccountKind.PAYABLE
    parts = one.parts
    owed = (
        (AccountKind.COST, category, parts.cost_micro),
        (AccountKind.SOCIAL, category, parts.social_micro),
        (AccountKind.TAX, one.authority, parts.tax_micro + parts.surcharge_micro),
        (kind, one.payee_id, parts.net_micro),
    )
    for name, subject, amount in owed:
        if amount:
            sums[account(name, subject)] -= amount


def _amounts(parts: Parts) -> list[str]:
    kept = (parts.cost_micro, parts.social_micro, parts.reserve_micro)
    return [str(one) for one in (*kept, parts.tax_micro, parts.surcharge_micro, parts.net_micro)]


def _canonical(texts: Iterable[str]) -> bytes:
    """RFC 8785 of an array of plain ASCII texts, which is what `json` writes."""
    return _encode(list(texts)).encode()
