"""Which accruals should stand, and what to book so that they do.

The desired state is computed from facts alone and compared with what is booked: equal facts change
nothing, changed facts reverse the old accrual and book a new one, vanished facts only reverse.
Running it again, after a crash or in another order, therefore ends in the same books, and a
re-scan or a new model can never add money on top.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from core.canonical import as_it_stands
from fingerprint.models import Reason
from licensing.models import TariffTerm
from royalties.agreed import Agreed, Parts, earned
from royalties.collecting import placed
from royalties.entitlement import NOT_THERE, why_not
from royalties.ledger import AMOUNT_MICRO_MAX
from royalties.models import (
    Accrual,
    ClearedUse,
    Origin,
    Pins,
    Skipped,
    TerritoryFactors,
    UsageLine,
)
from royalties.models_books import Booked
from royalties.outcomes import Outcome
from royalties.shares import suspended
from royalties.sisterclaims import key_in
from royalties.tariffs.rates import AmountWithWorking
from royalties.unlicensed import claim_of, dividing, without_licence

SIMPLE = Agreed()
UNPRICED = "unlicensed-unpriced"
VOIDED = "complaint-upheld"
_MATTERS = (
    *("spans", "kind", "licence_id", "tariff", "factor", "model_ids", "threshold_ids"),
    *("outcome", "cause", "parties"),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A use that earns nothing by a usage line, and the code of why."""

    use_id: str
    performer_id: str
    code: str


class Booking(NamedTuple):
    """An accrual to book in `book` as the given revision of its live key.

    What was booked once stays in that book, whoever collects by now.
    """

    accrual: Accrual
    revision: int
    book: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be booked; reversals come first, each before the accrual that replaces it."""

    reverse: tuple[Booked, ...]
    book: tuple[Booking, ...]
    unchanged: int


def desired(
    uses: Sequence[ClearedUse],
    lines: Iterable[tuple[UsageLine, TerritoryFactors]],
    agreed: Agreed = SIMPLE,
) -> tuple[tuple[Accrual, ...], tuple[Skipped, ...]]:
    """Everything these uses earn by these usage lines of the same cut, and what earns nothing.

    With them what is kept for whoever is in the cut without a licence.
    """
    digest = cache(use_facts)
    accruals: list[Accrual] = []
    skipped: Counter[tuple[str, str, str]] = Counter()
    places: defaultdict[str, set[str]] = defaultdict(set)
    for line, factors in lines:
        parts = Parts(line, agreed)
        for due in due_by(uses, line, agreed):
            found = due if isinstance(due, Refused) else _accrued(due, digest, factors, parts)
            if isinstance(found, Accrual):
                accruals.append(found)
            else:
                skipped[found.use_id, found.performer_id, found.code] += 1
                places[found.use_id].update([line.territory] if found.code == NOT_THERE else ())
    return tuple(accruals), tuple(
        Skipped(use_id, performer_id, _reason(code, places[use_id]), count)
        for (use_id, performer_id, code), count in sorted(skipped.items())
    )


def due_by(
    uses: Sequence[ClearedUse], line: UsageLine, agreed: Agreed
) -> Iterator[ClearedUse | Refused]:
    """Everybody who is due by a usage line: under a licence, or by what prices the rest."""
    here = agreed.unlicensed
    shared = dividing(uses, line, agreed.tariffs) if agreed.tariffs else None
    for use in uses:
        refused = why_not(use, line)
        if refused is None:
            yield use
            continue
        kept = without_licence(use, refused, line, shared, here) if here else None
        yield kept or Refused(use.use_id, use.performer_id, refused)
    for one in here.found if here else ():
        claim = claim_of(one, line, shared, here) if here else None
        if claim is not None:
            yield claim
        elif one.performer_id and one.refused:
            yield Refused(one.key, one.performer_id, UNPRICED)


def plan(wanted: Iterable[Accrual], booked: Mapping[str, Booked]) -> Plan:
    """Compare the desired accruals with the newest booked one of every live key in question."""
    left = {key: one for key, one in booked.items() if one.live}
    reverse: list[Booked] = []
    book: list[Booking] = []
    unchanged = 0
    for accrual in wanted:
        old = left.pop(accrual.live_key, None)
        if old is not None and old.facts_key == accrual.facts_key:
            unchanged += 1
            continue
        if old is not None:
            reverse.append(old)
        latest = booked.get(accrual.live_key)
        if latest is None:
            book.append(Booking(accrual, 1, accrual.book))
        else:
            book.append(Booking(accrual, latest.revision + 1, latest.book))
    return Plan((*reverse, *left.values()), tuple(book), unchanged)


def in_book(
    book: str, wanted: Iterable[Accrual], booked: Mapping[str, Booked]
) -> tuple[tuple[Accrual, ...], dict[str, Booked]]:
    """What of it is, or is to be, booked in one book: what was booked once stays where it is."""
    mine = {key: one for key, one in booked.items() if one.book == book}
    return (
        tuple(
            one
            for one in wanted
            if one.live_key in mine or (one.live_key not in booked and one.book == book)
        ),
        mine,
    )


def _reason(code: str, territories: Iterable[str]) -> Reason:
    told = {"territories": ", ".join(sorted(territories))}
    return Reason(code, told if code == NOT_THERE else {})


def live_key(usage_line_id: str, performer_id: str, use_id: str) -> str:
    """The name of the one accrual that may be live for usage line, performer and use."""
    return f"{usage_line_id}/{performer_id}/{use_id}"


def use_facts(use: ClearedUse) -> bytes:
    """Digest of everything about a use that an accrual rests on."""
    return hashlib.sha256(as_it_stands(facts_told(use))).digest()


def facts_told(use: ClearedUse) -> dict[str, object]:
    """What is digested of a use, in the order of `canonical`.

    Ids of clearance and scan are left out: asking again with the same outcome changes nothing.
    The payee too: what was earned stays owed to whom it was earned by.
    """
    return {
        **_kept_facts(use),
        "kind": use.kind.value if use.kind else "",
        "licence": use.licence_id,
        "models": sorted(use.model_ids),
        "performer": use.performer_id,
        "spans": [[span.start_ms, span.end_ms] for span in use.spans],
        "tariff": _price_facts(use.tariff),
        "thresholds": sorted(use.threshold_ids),
        "use": use.use_id,
    }


def _kept_facts(use: ClearedUse) -> dict[str, object]:
    if use.outcome is Outcome.LICENSED:
        return {}
    return {"kept": [use.outcome.value, use.cause, *sorted(use.parties)]}


def _price_facts(term: TariffTerm) -> list[str]:
    named = term.tariff
    pinned = [] if named is None else [named.id, str(named.version), named.digest]
    return [term.kind.value, str(term.rate_micro), term.currency, *pinned]


def difference(old: Pins, new: Pins | None) -> str:
    """Why an accrual is reversed, as a code: what changed, or that nothing is owed any more."""
    if new is None:
        return "no-longer-owed"
    changed = [name for name in _MATTERS if getattr(old, name) != getattr(new, name)]
    return "changed:" + (",".join(changed) or "parts")


def _accrued(
    use: ClearedUse,
    digest: Callable[[ClearedUse], bytes],
    factors: TerritoryFactors,
    parts: Parts,
) -> Accrual | Refused:
    """What a use is due, as it is collected and shared; or the reason why it earns nothing."""
    agreed, period = parts.agreed, parts.line.period
    voided = agreed.voided
    if voided and live_key(parts.line.id, use.performer_id, use.use_id) in voided:
        return Refused(use.use_id, use.performer_id, VOIDED)
    found = placed(use, parts.line, agreed.collectors)
    if isinstance(found, str):
        return Refused(use.use_id, use.performer_id, found)
    due, where = found
    claims = agreed.shares.get(due.performer_id)
    if claims:
        due = suspended(due, period, claims)
    return _owed(due, digest(due), factors, parts, where.book)


def _owed(
    use: ClearedUse, facts: bytes, factors: TerritoryFactors, parts: Parts, book: str
) -> Accrual | Refused:
    """The accrual, or the reason why there is none."""
    priced = earned(use, parts.line, factors, parts)
    if isinstance(priced, str):
        return Refused(use.use_id, use.performer_id, priced)
    if 0 < priced.amount_micro <= AMOUNT_MICRO_MAX:
        return standing(use, facts, parts.line, factors, priced, book=book)
    code = "amount-out-of-range" if priced.amount_micro else "amount-zero"
    return Refused(use.use_id, use.performer_id, code)


def standing(
    use: ClearedUse,
    facts: bytes,
    line: UsageLine,
    factors: TerritoryFactors,
    priced: AmountWithWorking,
    *,
    book: str = "",
) -> Accrual:
    """The accrual of an amount, with everything it rests on; `facts` digests those of the use."""
    figures = ",".join(f"{name}={value}" for name, value in priced.working.items())
    key = live_key(line.id, use.performer_id, use.use_id)
    if line.origin is Origin.SISTER:
        key = key_in(key, use.licensee_id, use.tariff.currency)
    return Accrual(
        live_key=key,
        facts_key=hashlib.sha256(facts + f"{line.id}/{figures}".encode()).hexdigest(),
        licensee_id=use.licensee_id,
        performer_tenant_id=use.performer_tenant_id,
        amount_micro=priced.amount_micro,
        working=priced.working,
        pins=_pins(use, line, factors),
        book=book,
    )


def _pins(use: ClearedUse, line: UsageLine, factors: TerritoryFactors) -> Pins:
    return Pins(
        usage_line_id=line.id,
        cut_id=line.cut_id,
        territory=line.territory,
        period=line.period,
        views=line.views,
        use_id=use.use_id,
        performer_id=use.performer_id,
        payee_id=use.payee_id,
        kind=use.kind,
        spans=use.spans,
        licence_id=use.licence_id,
        tariff_id=use.tariff_id,
        tariff=use.tariff,
        factor=factors.of(line.territory),
        factor_set_id=factors.id,
        clearance_id=use.clearance_id,
        scan_id=use.scan_id,
        model_ids=use.model_ids,
        threshold_ids=use.threshold_ids,
        reported=line.reported,
        outcome=use.outcome,
        cause=use.cause,
        parties=use.parties,
        origin=line.origin,
    )
