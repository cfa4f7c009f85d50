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
from royalties.models_books import Transaction

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
_NO_CLAIM = ("",) * (COLUMNS.index("reverses") - COLUMNS.index("cut"))
_END = "\r\n"
_Row = tuple[str, ...]


def to_csv(statement: AccountStatement) -> str:
    """The whole file, with a first line that names the columns."""
    own = statement.holder.accounts
    moved = [row for one in statement.movements for row in _rows(statement.month, one, own)]
    opening, closing = (_ends(statement, name) for name in ("opening", "closing"))
    return "".join(map(_line, (COLUMNS, *opening, *moved, *closing)))


def _line(cells: _Row) -> str:
    """A row as it is written; `csv` is asked only where a cell may need quotes, as it is slow."""
    plain = ",".join(cells)
    if plain.count(",") == len(COLUMNS) - 1 and not (
        '"' in plain or "\r" in plain or "\n" in plain
    ):
        return plain + _END
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=_END).writerow(cells)
    return out.getvalue()


def _ends(statement: AccountStatement, name: str) -> list[_Row]:
    owed = owed_micro(statement.balances, opening=name == "opening")
    rest = ("",) * (len(COLUMNS) - 4)
    return [(name, statement.month, unit, rate_text(micro), *rest) for unit, micro in owed.items()]


def _rows(month: str, movement: Movement, own: frozenset[str]) -> list[_Row]:
    one = movement.transaction
    booked = (one.id, to_text(one.recorded_at), one.kind)
    said = (one.reason, one.earned_period, *_claim(one))
    other = (one.reverses_id or "", one.run_id or "")
    return [
        ("line", month, unit, rate_text(micro), *booked, counterpart, *said, *other)
        for (unit, counterpart), micro in sorted(changes_of(movement, own).items())
    ]


def _claim(one: Transaction) -> _Row:
    """The cells from the cut to the tariff."""
    if one.claim is None:
        return _NO_CLAIM
    pins = one.claim.pins
    named = pins.tariff.tariff
    return (
        *(pins.cut_id, pins.territory, pins.period),
        "" if pins.views is None else str(pins.views),
        pins.kind or "",
        " ".join([f"{span.start_ms}-{span.end_ms}" for span in pins.spans]),
        *(pins.licence_id, pins.clearance_id, pins.usage_line_id),
        pins.tariff.kind if named is None else f"{named.id}@{named.version}",
    )
