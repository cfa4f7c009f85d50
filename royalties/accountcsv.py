"""An account statement as CSV (RFC 4180): one row for each balance and each amount that moved.

Amounts are exact decimals in the performer's signs, so that the rows of one currency add up:
opening + lines = closing. Every cell is a code, an id or a figure; none is somebody's text.
"""

import csv
import io

from core.clock import to_text
from core.money import rate_text
from royalties.accountfigures import changes_of
from royalties.accountstatement import AccountStatement, Movement, owed_micro

COLUMNS = (
    "row",
    "month",
    "currency",
    "amount",
    "transaction",
    "booked_at",
    "kind",
    "counterpart",
    "reason",
    "earned",
    "cut",
    "territory",
    "usage_period",
    "views",
    "use",
    "spans_ms",
    "licence",
    "clearance",
    "usage_line",
    "tariff",
    "reverses",
    "run",
)
_AMOUNT = "amount"


def to_csv(statement: AccountStatement) -> str:
    """The whole file, with a first line that names the columns."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_ends(statement, "opening", opening=True))
    for movement in statement.movements:
        writer.writerows(_rows(statement, movement))
    writer.writerows(_ends(statement, "closing", opening=False))
    return out.getvalue()


def _ends(statement: AccountStatement, name: str, *, opening: bool) -> list[dict[str, str]]:
    owed = owed_micro(statement.balances, opening=opening)
    return [
        {"row": name, "month": statement.month, "currency": unit, _AMOUNT: rate_text(micro)}
        for unit, micro in owed.items()
    ]


def _rows(statement: AccountStatement, movement: Movement) -> list[dict[str, str]]:
    one = movement.transaction
    said = {
        "row": "line",
        "month": statement.month,
        "transaction": one.id,
        "booked_at": to_text(one.recorded_at),
        "kind": one.kind.value,
        "reason": one.reason,
        "earned": one.earned_period,
        "reverses": one.reverses_id or "",
        "run": one.run_id or "",
        **_claim(movement),
    }
    moved = changes_of(movement, statement.holder.accounts)
    return [
        {**said, "currency": currency, "counterpart": counterpart, _AMOUNT: rate_text(micro)}
        for (currency, counterpart), micro in sorted(moved.items())
    ]


def _claim(movement: Movement) -> dict[str, str]:
    if movement.transaction.claim is None:
        return {}
    pins = movement.transaction.pins
    named = pins.tariff.tariff
    return {
        "cut": pins.cut_id,
        "territory": pins.territory,
        "usage_period": pins.period,
        "views": "" if pins.views is None else str(pins.views),
        "use": pins.kind or "",
        "spans_ms": " ".join(f"{span.start_ms}-{span.end_ms}" for span in pins.spans),
        "licence": pins.licence_id,
        "clearance": pins.clearance_id,
        "usage_line": pins.usage_line_id,
        "tariff": pins.tariff.kind.value if named is None else f"{named.id}@{named.version}",
    }
