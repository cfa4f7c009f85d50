"""A statement as one JSON-ready dictionary, and back.

The dictionary says nothing about language or layout: pages, CLI, PDF and CSV render it, and
anyone can hand it back to be computed again.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.clock import from_text, to_text
from core.errors import BadInput
from royalties.forms.statements import CorrectionOut, EarnedOut, StatementLineOut, TotalOut
from royalties.statement import Correction, Statement, StatementLine, Total
from royalties.tariffs.documents import tariff_from_dict, tariff_to_dict
from royalties.wire import pins_from_dict, pins_to_dict

FORM: Final = "ebenbild-statement-1"


def to_dict(statement: Statement) -> EarnedOut:
    """JSON-ready form; inverse of `from_dict`. Amounts are texts of whole millionths."""
    return {
        "form": FORM,
        "id": statement.id,
        "performer_id": statement.performer_id,
        "period": statement.period,
        "as_of_seq": statement.as_of_seq,
        "lines": [_line_to_dict(line) for line in statement.lines],
        "corrections": [_correction_to_dict(one) for one in statement.corrections],
        "totals": [_total_to_dict(total) for total in statement.totals],
        "tariffs": [tariff_to_dict(tariff) for tariff in statement.tariffs],
    }


def from_dict(data: Mapping[str, Any]) -> Statement:
    """Read a statement back; raises `BadInput` when it does not have the form of one."""
    try:
        if data["form"] != FORM:
            raise ValueError("another form")
        return Statement(
            id=str(data["id"]),
            performer_id=str(data["performer_id"]),
            period=str(data["period"]),
            as_of_seq=int(data["as_of_seq"]),
            lines=tuple(_line_from_dict(line) for line in data["lines"]),
            corrections=tuple(_correction_from_dict(one) for one in data["corrections"]),
            totals=tuple(_total_from_dict(total) for total in data["totals"]),
            tariffs=tuple(tariff_from_dict(tariff) for tariff in data.get("tariffs", ())),
        )
    except (KeyError, TypeError, ValueError, BadInput) as exc:
        raise BadInput(
            "This is not a statement.",
            code="bad-statement",
            next_step=f"Hand in a statement of the form {FORM}, as it was given out.",
        ) from exc


def _line_to_dict(line: StatementLine) -> StatementLineOut:
    return {
        "transaction_id": line.transaction_id,
        "seq": line.seq,
        "recorded_at": to_text(line.recorded_at),
        "revision": line.revision,
        "amount_micro": str(line.amount_micro),
        "working": dict(line.working),
        **pins_to_dict(line.pins),
    }


def _line_from_dict(data: Mapping[str, Any]) -> StatementLine:
    return StatementLine(
        transaction_id=str(data["transaction_id"]),
        seq=int(data["seq"]),
        recorded_at=from_text(data["recorded_at"]),
        revision=int(data["revision"]),
        amount_micro=int(data["amount_micro"]),
        pins=pins_from_dict(data),
        working=dict(data["working"]),
    )


def _correction_to_dict(one: Correction) -> CorrectionOut:
    return {
        "transaction_id": one.transaction_id,
        "reverses_id": one.reverses_id,
        "seq": one.seq,
        "recorded_at": to_text(one.recorded_at),
        "usage_line_id": one.usage_line_id,
        "use_id": one.use_id,
        "amount_micro": str(one.amount_micro),
        "currency": one.currency,
        "reason": one.reason,
    }


def _correction_from_dict(data: Mapping[str, Any]) -> Correction:
    return Correction(
        transaction_id=str(data["transaction_id"]),
        reverses_id=str(data["reverses_id"]),
        seq=int(data["seq"]),
        recorded_at=from_text(data["recorded_at"]),
        usage_line_id=str(data["usage_line_id"]),
        use_id=str(data["use_id"]),
        amount_micro=int(data["amount_micro"]),
        currency=str(data["currency"]),
        reason=str(data["reason"]),
    )


def _total_to_dict(total: Total) -> TotalOut:
    return {
        "currency": total.currency,
        "total_micro": str(total.total_micro),
        "total_cents": str(total.total_cents),
        "carried_micro": str(total.carried_micro),
    }


def _total_from_dict(data: Mapping[str, Any]) -> Total:
    return Total(
        currency=str(data["currency"]),
        total_micro=int(data["total_micro"]),
        total_cents=int(data["total_cents"]),
        carried_micro=int(data["carried_micro"]),
    )
