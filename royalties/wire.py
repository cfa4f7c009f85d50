"""Pins and figures of the ledger as JSON-ready values, and back.

Amounts are written as text, because JSON readers differ on integers beyond 2^53; counts, rates and
times stay integers, their bounds lie far below.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from fingerprint.models import Span
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.works import KindOfUse
from royalties.forms.books import TrialBalanceOut
from royalties.forms.claims import AgreedPriceOut, KeptPart, PinnedTariffPart, PinsOut
from royalties.forms.statements import AccrualReportOut
from royalties.models import AccrualReport, Pins, Ratio
from royalties.models_books import TrialBalance
from royalties.outcomes import Outcome
from royalties.wire_usage import (
    count_from,
    origin_from_dict,
    origin_to_dict,
    reported_from_dict,
    reported_to_dict,
)

# A name out of a closed set is looked up once, and not with each of a million lines.
_kind = cache(KindOfUse)


def pins_to_dict(pins: Pins) -> PinsOut:
    """JSON-ready form; inverse of `pins_from_dict`."""
    return {
        "usage_line_id": pins.usage_line_id,
        "cut_id": pins.cut_id,
        "territory": pins.territory,
        "period": pins.period,
        "views": pins.views,
        "use_id": pins.use_id,
        "performer_id": pins.performer_id,
        "payee_id": pins.payee_id,
        "kind": pins.kind.value if pins.kind else "",
        "spans": [[span.start_ms, span.end_ms] for span in pins.spans],
        "use_ms": pins.use_ms,
        "licence_id": pins.licence_id,
        "tariff_id": pins.tariff_id,
        "tariff": term_to_dict(pins.tariff),
        "territory_factor": [pins.factor.numerator, pins.factor.denominator],
        "territory_factor_set": pins.factor_set_id,
        "clearance_id": pins.clearance_id,
        "scan_id": pins.scan_id,
        "model_ids": list(pins.model_ids),
        "threshold_ids": list(pins.threshold_ids),
        **reported_to_dict(pins.reported),
        **kept_to_dict(pins),
        **origin_to_dict(pins.origin),
    }


def pins_from_dict(data: Mapping[str, Any]) -> Pins:
    """Read pins back; raises KeyError, TypeError or ValueError where they are malformed."""
    outcome, cause, parties = _kept_from_dict(data.get("kept"))
    return Pins(
        usage_line_id=str(data["usage_line_id"]),
        cut_id=str(data["cut_id"]),
        territory=str(data["territory"]),
        period=str(data["period"]),
        views=count_from(data["views"]),
        use_id=str(data["use_id"]),
        performer_id=str(data["performer_id"]),
        payee_id=str(data["payee_id"]),
        kind=_kind(data["kind"]) if data["kind"] else None,
        spans=_spans(data["spans"]),
        licence_id=str(data["licence_id"]),
        tariff_id=str(data["tariff_id"]),
        tariff=_term_from_dict(data["tariff"]),
        factor=_ratio(*data["territory_factor"]),
        factor_set_id=str(data["territory_factor_set"]),
        clearance_id=str(data["clearance_id"]),
        scan_id=str(data["scan_id"]),
        model_ids=tuple(map(str, data["model_ids"])),
        threshold_ids=tuple(map(str, data["threshold_ids"])),
        reported=reported_from_dict(data),
        outcome=outcome,
        cause=cause,
        parties=parties,
        origin=origin_from_dict(data),
    )


def kept_to_dict(pins: Pins) -> KeptPart:
    """Why an amount is not the performer's yet; nothing where it is."""
    if pins.outcome is Outcome.LICENSED:
        return {}
    return {
        "kept": {
            "outcome": pins.outcome.value,
            "cause": pins.cause,
            "parties": list(pins.parties),
        }
    }


def _kept_from_dict(data: Mapping[str, Any] | None) -> tuple[Outcome, str, tuple[str, ...]]:
    if data is None:
        return Outcome.LICENSED, "", ()
    parties = tuple(str(one) for one in data["parties"])
    return Outcome(data["outcome"]), str(data["cause"]), parties


def term_to_dict(term: TariffTerm) -> AgreedPriceOut:
    """A price; with the tariff that it pins where it names one."""
    return {
        "kind": term.kind.value,
        "rate_micro": term.rate_micro,
        "currency": term.currency,
        **_pinned(term.tariff),
    }


def _pinned(named: TariffRef | None) -> PinnedTariffPart:
    if named is None:
        return {}
    return {"id": named.id, "version": named.version, "digest": named.digest}


def _term_from_dict(data: Mapping[str, Any]) -> TariffTerm:
    price = str(data["kind"]), int(data["rate_micro"]), str(data["currency"])
    if "id" in data:
        return _term(*price, str(data["id"]), int(data["version"]), str(data["digest"]))
    return _term(*price)


# What a licence agreed on stands behind each of its lines; it is made once.
@lru_cache(maxsize=1000)
def _term(kind: str, rate_micro: int, currency: str, *named: Any) -> TariffTerm:
    return TariffTerm(TariffKind(kind), rate_micro, currency, TariffRef(*named) if named else None)


@lru_cache(maxsize=1000)
def _ratio(numerator: int, denominator: int) -> Ratio:
    return Ratio(int(numerator), int(denominator))


def accrual_report_to_dict(report: AccrualReport) -> AccrualReportOut:
    """What a page, a CLI or an API shows of an accrual run."""
    return {
        "new": report.new,
        "unchanged": report.unchanged,
        "reversed": report.reversed,
        "skipped": [
            {
                "use_id": one.use_id,
                "performer_id": one.performer_id,
                "reason": {"code": one.reason.code, "detail": dict(one.reason.detail)},
                "usage_lines": one.usage_lines,
            }
            for one in report.skipped
        ],
        "kept": dict(sorted(report.kept.items())),
        "nothing": report.nothing,
    }


def trial_balance_to_dict(balance: TrialBalance) -> TrialBalanceOut:
    """What a page, a CLI or an API shows of the books as a whole."""
    return {
        "balanced": balance.balanced,
        "currencies": [
            {
                "currency": one.currency,
                "postings": one.postings,
                "debits_micro": str(one.debits_micro),
                "credits_micro": str(one.credits_micro),
                "net_micro": str(one.net_micro),
            }
            for one in balance.currencies
        ],
    }


def _spans(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple([Span(int(start), int(end)) for start, end in pairs])
