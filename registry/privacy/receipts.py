"""The receipt of an erasure: what went, by count, what stays and by which duty.

Whoever was erased can prove later that it was done; the receipt names nobody but by the random id
that stays in the books.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_text
from registry.models.guardianship import Guardian
from registry.privacy.records import Erasure, Kin, Record

OF_GUARDIANS: dict[str, list[dict[str, str]]] = {
    "gone": [
        {"what": "name, relation, account and key named for the child"},
        {"what": "who read which papers"},
        {"what": "messages, kept answers and details of the audit log"},
    ],
    "kept": [
        {"what": "public key and signature on consents and licences", "why": "consent"},
        {"what": "own account and what was done with it elsewhere", "why": "organisation"},
    ],
}
"""What an erasure of a child does with what is about the guardians."""


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
    others = {"guardians": OF_GUARDIANS} if receipt.gone.get("guardian") else {}
    return {
        **others,
        "id": f"urn:ebenbild:erasure:{receipt.erasure_id}",
        "type": "ErasureReceipt",
        "registry": receipt.registry,
        "performer": receipt.performer_id,
        "requested": to_text(receipt.requested_at),
        "finished": to_text(receipt.finished_at),
        "gone": dict(sorted(receipt.gone.items())),
        "kept": [{"what": record.table, "why": record.why} for record in kept(records)],
    }


def guardian_receipt(
    item: Guardian, *, registry: str, gone: Mapping[str, int], at: datetime
) -> dict[str, object]:
    """The unsigned receipt of a guardian's own erasure: ids, counts, and what stays and why."""
    stays = ("public key", "relation", "from when to when", "who read the papers")
    return {
        "id": f"urn:ebenbild:erasure:{item.id}",
        "type": "ErasureReceipt",
        "registry": registry,
        "performer": item.performer_id,
        "guardian": item.id,
        "requested": to_text(at),
        "finished": to_text(at),
        "gone": dict(sorted(gone.items())),
        "kept": [
            *({"what": what, "why": "consent"} for what in stays),
            *OF_GUARDIANS["kept"],
        ],
    }


def kept(records: Iterable[Record]) -> tuple[Record, ...]:
    """The records of a person that an erasure leaves, under the pseudonym alone."""
    return tuple(
        record
        for record in records
        if record.erasure is Erasure.KEEP and record.kin in (Kin.PERFORMER, Kin.ENROLMENT)
    )
