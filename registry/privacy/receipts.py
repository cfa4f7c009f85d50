"""The receipt of an erasure: what went, by count, what stays and by which duty.

Whoever was erased can prove later that it was done; the receipt names nobody but by the random id
that stays in the books.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_text
from registry.privacy.records import Erasure, Kin, Record


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did; `gone` are counts by what it was."""

    erasure_id: str
    performer_id: str
    registry: str
    requested_at: datetime
    finished_at: datetime
    gone: Mapping[str, int]


def receipt_document(receipt: Receipt, records: Iterable[Record]) -> dict[str, object]:
    """The unsigned receipt, with what the record of processing says is kept and why."""
    return {
        "id": f"urn:ebenbild:erasure:{receipt.erasure_id}",
        "type": "ErasureReceipt",
        "registry": receipt.registry,
        "performer": receipt.performer_id,
        "requested": to_text(receipt.requested_at),
        "finished": to_text(receipt.finished_at),
        "gone": dict(sorted(receipt.gone.items())),
        "kept": [{"what": record.table, "why": record.why} for record in kept(records)],
    }


def kept(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records of a person that an erasure leaves, under the pseudonym alone."""
    return tuple(
        record
        for record in records
        if record.erasure is Erasure.KEEP and record.kin in (Kin.PERFORMER, Kin.ENROLMENT)
    )
