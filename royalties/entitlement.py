"""Which uses of a cut earn money, and on whose word: the newest clearance decides.

Only a use cleared under a licence earns; an own performance that an engagement covers is paid by
that engagement. What a newer clearance no longer finds, or sends to review, is no longer owed. One
thing is kept: when a use is refused only because its licence has since ended, the months up to that
refusal stay earned, since the release was allowed when it was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fingerprint.models import Reason
from licensing.licenceprice import LicencePrice
from licensing.models_clearance import Clearance, SpanVerdict, Verdict
from registry.models.works import ANYWHERE
from registry.spans import merge
from royalties.models import ClearedUse, Skipped, UsageLine

BEFORE_ACTIVE = "before-active"
NOT_THERE = "territory-not-licensed"
LICENCE_ENDED = frozenset({"licence-revoked", "licence-expired"})


@dataclass(frozen=True, slots=True)
class Creditor:
    """Whom a performer's money belongs to, and which tenant may see it.

    `from_period` is the month in which the performer's first enrolment became active: what was
    used in months before it earns nothing, so that nobody gains by enrolling as somebody else.
    """

    tenant_id: str
    payee_id: str
    from_period: str = ""


@dataclass(frozen=True, slots=True)
class Parties:
    """Prices by licence id and creditors by performer id, for everything a cut refers to."""

    prices: Mapping[str, LicencePrice]
    creditors: Mapping[str, Creditor]


def entitled(
    history: Sequence[Clearance], parties: Parties
) -> tuple[tuple[ClearedUse, ...], tuple[Skipped, ...]]:
    """The uses of one cut that earn money; `history` holds its clearances, in order of `seq`."""
    if not history:
        return (), ()
    uses: list[ClearedUse] = []
    skipped: list[Skipped] = []
    for use_id, verdicts in sorted(_by_use(history[-1]).items()):
        found = _licensed(history[-1], use_id, verdicts, parties, until_period=None)
        if found is None and _licence_ended(verdicts):
            found = _earned_before(history, use_id, parties)
        if found is not None:
            uses.append(found)
        else:
            performer_id = verdicts[0].performer_id or ""
            skipped.append(Skipped(use_id, performer_id, _why_not(verdicts), usage_lines=0))
    return tuple(uses), tuple(skipped)


def why_not(use: ClearedUse, line: UsageLine) -> str | None:
    """The code of why a use earns nothing by a usage line of its cut; None where it does earn."""
    if use.territories != (ANYWHERE,) and line.territory not in use.territories:
        return NOT_THERE
    if line.period < use.from_period:
        return BEFORE_ACTIVE
    if use.until_period is not None and line.period > use.until_period:
        return "licence-ended"
    return None


def _by_use(clearance: Clearance) -> dict[str, list[SpanVerdict]]:
    groups: dict[str, list[SpanVerdict]] = {}
    for verdict in clearance.decision.spans:
        if verdict.use_id is not None and verdict.performer_id is not None:
            groups.setdefault(verdict.use_id, []).append(verdict)
    return groups


def _licensed(
    clearance: Clearance,
    use_id: str,
    verdicts: Sequence[SpanVerdict],
    parties: Parties,
    *,
    until_period: str | None,
) -> ClearedUse | None:
    """The cleared spans of a use as one value; a licence covers a use alone or not at all."""
    cleared = [one for one in verdicts if _under_licence(one)]
    if not cleared:
        return None
    first = cleared[0]
    assert first.performer_id and first.licence_id and first.kind
    price = parties.prices[first.licence_id]
    creditor = parties.creditors[first.performer_id]
    return ClearedUse(
        cut_id=clearance.cut_id,
        use_id=use_id,
        performer_id=first.performer_id,
        performer_tenant_id=creditor.tenant_id,
        payee_id=creditor.payee_id,
        licensee_id=price.licensee_id,
        kind=first.kind,
        spans=merge(one.span for one in cleared),
        licence_id=price.id,
        tariff_id=price.tariff_id,
        tariff=price.tariff,
        territories=price.territories,
        clearance_id=clearance.id,
        scan_id=clearance.scan_id,
        model_ids=clearance.decision.model_ids,
        threshold_ids=clearance.decision.threshold_ids,
        until_period=until_period,
        from_period=creditor.from_period,
        paid_directly=price.paid_directly,
    )


def _earned_before(
    history: Sequence[Clearance], use_id: str, parties: Parties
) -> ClearedUse | None:
    """The use as it was last cleared, earning up to the month in which it was refused."""
    refusal = history[-1]
    for clearance in reversed(history[:-1]):
        verdicts = _by_use(clearance).get(use_id, [])
        until_period = f"{refusal.decided_at:%Y-%m}"
        found = _licensed(clearance, use_id, verdicts, parties, until_period=until_period)
        if found is not None:
            return found
        if not _licence_ended(verdicts):
            return None
        refusal = clearance
    return None


def _under_licence(one: SpanVerdict) -> bool:
    return one.verdict is Verdict.CLEARED and None not in (one.licence_id, one.kind)


def _licence_ended(verdicts: Sequence[SpanVerdict]) -> bool:
    """Whether every span is refused, and for no other reason than an ended licence."""
    return bool(verdicts) and all(
        one.verdict is Verdict.REFUSED
        and bool(one.reasons)
        and all(reason.code in LICENCE_ENDED for reason in one.reasons)
        for one in verdicts
    )


def _why_not(verdicts: Sequence[SpanVerdict]) -> Reason:
    if all(one.verdict is Verdict.CLEARED for one in verdicts):
        return Reason("paid-by-engagement", {})
    worst = next(one for one in verdicts if one.verdict is not Verdict.CLEARED)
    codes = sorted({reason.code for one in verdicts for reason in one.reasons})
    return Reason("not-cleared", {"verdict": worst.verdict.value, "reasons": ", ".join(codes)})
