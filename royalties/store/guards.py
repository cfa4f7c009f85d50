"""What the database itself refuses of a transaction, whoever opens the file.

Entries come before their transaction, so that it finds all of them when it is judged.
"""

from core.appendonly import guard

_HALF = 2**32
_INSERT = "INSERT ON book_transaction"

# Amounts are added in two halves, so that no sum leaves 64 bits on its way to zero.
_LOW = f"sum(amount_micro % {_HALF})"
_UNEQUAL = f"{_LOW} % {_HALF} <> 0 OR sum(amount_micro / {_HALF}) + {_LOW} / {_HALF} <> 0"


def _entries(where: str) -> str:
    return f"EXISTS (SELECT 1 FROM book_entry WHERE {where})"  # noqa: S608 - our own schema


_OPEN_MONTH = (
    "NOT EXISTS (SELECT 1 FROM book_period WHERE tenant_id = NEW.tenant_id"
    " AND month = NEW.posted_period AND state = 'OPEN')"
)
_OWN = "transaction_id = NEW.id"
_UNBALANCED = " OR ".join(
    (
        f"NOT {_entries(_OWN)}",
        _entries(f"{_OWN} AND tenant_id <> NEW.tenant_id"),
        _entries(f"{_OWN} GROUP BY currency HAVING {_UNEQUAL}"),
    )
)
_BOTH = "transaction_id IN (NEW.id, NEW.reverses_id)"
_LEFT_OVER = _entries(f"{_BOTH} GROUP BY account_kind, subject, currency HAVING {_UNEQUAL}")
_REVERSIBLE = (
    "EXISTS (SELECT 1 FROM book_transaction WHERE id = NEW.reverses_id"
    " AND kind <> 'reversal' AND tenant_id = NEW.tenant_id)"
)
_NOT_OPPOSITE = f"NEW.reverses_id IS NOT NULL AND ({_LEFT_OVER} OR NOT {_REVERSIBLE})"
_UNPAIRED = (
    "NEW.kind = 'fx' AND NOT EXISTS (SELECT 1 FROM book_exchange WHERE id = NEW.pair_id"
    " AND NEW.id IN (from_transaction_id, to_transaction_id))"
)

TRANSACTION = (
    guard("book_transaction_open", _INSERT, when=_OPEN_MONTH, says="the month takes no postings"),
    guard("book_transaction_zero", _INSERT, when=_UNBALANCED, says="it does not net to zero"),
    guard("book_transaction_reverses", _INSERT, when=_NOT_OPPOSITE, says="it reverses nothing"),
    guard("book_transaction_pair", _INSERT, when=_UNPAIRED, says="an exchange has two legs"),
)

ENTRY = (
    guard(
        "book_entry_whole",
        "INSERT ON book_entry",
        when="EXISTS (SELECT 1 FROM book_transaction WHERE id = NEW.transaction_id)",
        says="a booked transaction takes no more entries",
    ),
)
