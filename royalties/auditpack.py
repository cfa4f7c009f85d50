"""What an audit pack says beside its data: the words, and the sample that nobody could choose.

A pack holds the books of one tenant as files that need none of our programs: an outsider
recomputes roots, balances, claims and runs from them. Which claims are looked at by hand follows
from a seed that the auditor names, so that whoever keeps the books cannot pick them.
Format: docs/statements.md.
"""

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from core import integrity
from core.clock import to_text
from core.integrity import ProofOptions
from core.keys import PrivateKey
from royalties.closing import content
from royalties.ledger import booked_id
from royalties.models_books import Transaction, TransactionKind
from royalties.models_income import WriteOff

FORM = "ebenbild-audit-pack-1"
SAMPLE_MAX = 1000
README = "README.txt"
MANIFEST = "manifest.json"
TRANSACTIONS = "transactions.tsv"
POSTINGS = "postings.tsv"
CLAIMS = "claims.jsonl"
WRITE_OFFS = "writeoffs.tsv"
WRITE_OFF_COLUMNS = (
    *("transaction", "invoice", "step", "reason", "recorded_at"),
    *("month", "amount_micro", "vat_micro"),
)
POSTING_COLUMNS = ("transaction", "kind", "posted", "earned", "account", "currency", "amount_micro")


class Sampler:
    """Draws `size` claims while all of them pass by: those whose salted digests are the lowest."""

    def __init__(self, seed: str, size: int) -> None:
        self._seed, self._size = seed, size
        self._kept: list[tuple[int, str]] = []

    def see(self, claim_id: str) -> None:
        """Tell of the next claim."""
        rank = -int(digest_of(self._seed, claim_id), 16)
        if len(self._kept) < self._size:
            heapq.heappush(self._kept, (rank, claim_id))
        elif self._size and rank > self._kept[0][0]:
            heapq.heapreplace(self._kept, (rank, claim_id))

    def drawn(self) -> tuple[str, ...]:
        """The sample, the lowest digest first."""
        return tuple(name for _, name in sorted(self._kept, reverse=True))


def digest_of(seed: str, claim_id: str) -> str:
    """SHA-256 (hex) of the seed, a colon, and the claim's id."""
    return hashlib.sha256(f"{seed}:{claim_id}".encode()).hexdigest()


def transaction_row(one: Transaction) -> str:
    """Id, moment, what it takes back, and the very bytes that the month's root is over."""
    cells = (one.id, to_text(one.recorded_at), one.reverses_id or "", content(one).decode())
    return "\t".join(cells)


def posting_rows(one: Transaction) -> Iterator[str]:
    """One row for each posting; debits are positive."""
    head = (one.id, one.kind.value, one.posted_period, one.earned_period)
    for posting in one.postings:
        cells = (posting.account, posting.currency, str(posting.amount_micro))
        yield "\t".join((*head, *cells))


def write_off_row(book: str, one: WriteOff) -> str:
    """What was written off of an invoice, or came in after all, with the transaction of it."""
    booked = booked_id(book, TransactionKind.WRITE_OFF, one.id)
    told = (booked, one.invoice_id, str(one.step), one.reason, to_text(one.recorded_at))
    return "\t".join((*told, one.month, str(one.amount_micro), str(one.vat_micro)))


def is_claim(one: Transaction) -> bool:
    """Whether an auditor may draw it: an accrual, whatever became of it."""
    return one.kind is TransactionKind.ACCRUAL


def signed_manifest(
    head: Mapping[str, Any],
    files: Iterable[tuple[str, str]],
    registry_key: PrivateKey,
    at: datetime,
) -> dict[str, Any]:
    """Every file with its SHA-256, under the registry's proof."""
    document = {
        "form": FORM,
        **head,
        "made_at": to_text(at),
        "files": dict(sorted(files)),
        "issuer": registry_key.did,
    }
    options = ProofOptions(registry_key.verification_method, to_text(at))
    return integrity.sign(document, options, registry_key)
