"""What usage lines and imports say as JSON-ready values, and back.

Only what was reported is written, so that lines without further figures read as they always did.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from core.clock import to_text
from royalties.forms.claims import OriginPart
from royalties.forms.usage import HoldOut, NamesPart, ReportedPart, UsageLineOut
from royalties.models import NOTHING, ImportReport, Origin, Ratio, Reported, UsageLine
from royalties.models_usage import Hold
from royalties.tariffs.models import IncomeKind


def reported_to_dict(said: Reported) -> ReportedPart:
    """JSON-ready form under `reported`, empty where nothing was; amounts as text."""
    if said is NOTHING:
        return {}
    told: Any = said.told()
    if "income_micro" in told:
        told["income_micro"] = str(told["income_micro"])
    return {"reported": told} if told else {}


def reported_from_dict(data: Mapping[str, Any]) -> Reported:
    """Read it back; raises KeyError, TypeError or ValueError where it is malformed."""
    told = data.get("reported")
    if told is None:
        return NOTHING
    counts = ("unique_views", "watched_ms", "income_micro", "payments", "subscribers")
    return Reported(
        **{name: count_from(told.get(name)) for name in counts},
        completion=_ratio(told.get("completion")),
        days=_ratio(told.get("days")),
        free=None if told.get("free") is None else bool(told["free"]),
        income_kind=None if "income_kind" not in told else IncomeKind(told["income_kind"]),
        currency=None if "currency" not in told else str(told["currency"]),
    )


def origin_to_dict(origin: Origin) -> OriginPart:
    """Where a line comes from; nothing of a report, so that these read as they always did."""
    return {} if origin is Origin.REPORT else {"origin": origin.value}


def origin_from_dict(data: Mapping[str, Any]) -> Origin:
    """Read it back; raises ValueError for what is none."""
    told = data.get("origin")
    return Origin.REPORT if told is None else Origin(told)


def count_from(value: Any) -> int | None:
    """A count, or None where nobody reported it."""
    return None if value is None else int(value)


def _ratio(text: Any) -> Ratio | None:
    return None if text is None else Ratio.of(Fraction(str(text)))


def line_to_dict(line: UsageLine) -> UsageLineOut:
    """A usage line as it was reported, and where it comes from."""
    return {
        "line_id": line.id,
        "cut_id": line.cut_id,
        "territory": line.territory,
        "period": line.period,
        "views": line.views,
        **reported_to_dict(line.reported),
        **_names(line),
        "reference": line.reference,
        "supersedes": line.supersedes,
        "origin": line.origin,
        "recorded_at": to_text(line.recorded_at),
    }


def _names(line: UsageLine) -> NamesPart:
    return {"names": dict(line.names)} if line.names else {}


def hold_to_dict(hold: Hold, line: UsageLine, *, corrected: bool) -> HoldOut:
    """Why a usage line waits for a person, and what became of it."""
    return {
        "id": hold.id,
        "state": hold.state,
        "corrected": corrected,
        "approval_id": hold.approval_id,
        "decided_at": None if hold.decided_at is None else to_text(hold.decided_at),
        "reporter_id": hold.reporter_id,
        "rules_id": hold.rules_id,
        "reasons": list(hold.reasons),
        "line": line_to_dict(line),
    }


def import_report_to_dict(report: ImportReport) -> dict[str, Any]:
    """What a page, a CLI or an API shows of an import."""
    return {
        "import_id": report.import_id,
        "file_sha256": report.file_sha256,
        "known_file": report.known_file,
        "lines": report.lines,
        "accepted": report.accepted,
        "duplicates": report.duplicates,
        "overlapping": report.overlapping,
        "rejected": report.rejected,
        "rejects": [
            {"line": one.line_no, "cause": one.cause, "column": one.column}
            for one in report.rejects
        ],
        "ignored_columns": list(report.ignored_columns),
        "sender": report.sender,
        "form": report.form,
        "running": report.running,
        "held": report.held,
    }
