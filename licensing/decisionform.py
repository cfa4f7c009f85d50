"""A clearance decision as plain JSON, and back.

It is stored, committed to the log and handed out in this one form.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from core.errors import Broken
from fingerprint.models import Modality, Reason, Span
from licensing.models_clearance import ClearanceDecision, SpanVerdict, Verdict
from registry.models.works import KindOfUse

# A name out of a closed set is looked up once, and not with each span of a book.
_kind, _verdict, _modality = cache(KindOfUse), cache(Verdict), cache(Modality)


def decision_to_dict(decision: ClearanceDecision) -> dict[str, Any]:
    """JSON-ready form; inverse of `decision_from_dict`."""
    return {
        "verdict": decision.verdict.value,
        "spans": [_span_to_dict(span) for span in decision.spans],
        "reasons": reasons_to_list(decision.reasons),
        "warnings": reasons_to_list(decision.warnings),
        "licence_ids": list(decision.licence_ids),
        "model_ids": list(decision.model_ids),
        "threshold_ids": list(decision.threshold_ids),
    }


def decision_from_dict(data: Mapping[str, Any]) -> ClearanceDecision:
    """Read a stored decision; raises Broken when it is none, for it was written here."""
    try:
        return ClearanceDecision(
            verdict=Verdict(data["verdict"]),
            spans=tuple(span_from_dict(span) for span in data["spans"]),
            reasons=reasons_from_list(data["reasons"]),
            warnings=reasons_from_list(data["warnings"]),
            licence_ids=tuple(data["licence_ids"]),
            model_ids=tuple(data["model_ids"]),
            threshold_ids=tuple(data["threshold_ids"]),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise Broken("a stored decision cannot be read") from exc


def decision_bytes(decision: ClearanceDecision) -> bytes:
    """One byte form of a decision, to be hashed; figures may be fractions, so it is not JCS."""
    text = json.dumps(
        decision_to_dict(decision), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return text.encode("utf-8")


def reasons_to_list(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """Reasons as data; their sentences are made by `wording.render`."""
    return [{"code": reason.code, "detail": dict(reason.detail)} for reason in reasons]


def reasons_from_list(data: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Inverse of `reasons_to_list`."""
    return tuple(Reason(item["code"], dict(item["detail"])) for item in data)


def spans_to_list(spans: Sequence[Span]) -> list[list[int]]:
    """Spans as pairs of milliseconds."""
    return [[span.start_ms, span.end_ms] for span in spans]


def spans_from_list(data: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """Inverse of `spans_to_list`."""
    return tuple(Span(start, end) for start, end in data)


def _span_to_dict(verdict: SpanVerdict) -> dict[str, Any]:
    return {
        "start_ms": verdict.span.start_ms,
        "end_ms": verdict.span.end_ms,
        "performer_id": verdict.performer_id,
        "kind": None if verdict.kind is None else verdict.kind.value,
        "modalities": [modality.value for modality in verdict.modalities],
        "verdict": verdict.verdict.value,
        "reasons": reasons_to_list(verdict.reasons),
        "licence_id": verdict.licence_id,
        "tariff_id": verdict.tariff_id,
        "use_id": verdict.use_id,
    }


def span_from_dict(data: Mapping[str, Any]) -> SpanVerdict:
    """Read one span of a stored decision."""
    return SpanVerdict(
        span=Span(data["start_ms"], data["end_ms"]),
        performer_id=data["performer_id"],
        kind=None if data["kind"] is None else _kind(data["kind"]),
        verdict=_verdict(data["verdict"]),
        reasons=reasons_from_list(data["reasons"]),
        licence_id=data["licence_id"],
        use_id=data["use_id"],
        tariff_id=data["tariff_id"],
        modalities=tuple([_modality(name) for name in data["modalities"]]),
    )
