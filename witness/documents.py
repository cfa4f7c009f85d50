"""What a database says of documents and decisions, beside the leaves that committed to them."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from witness.book import Book, Row, canonical, instant

GENESIS = "0" * 64


def entries(book: Book) -> tuple[int, Iterator[str]]:
    """The audit log: every entry leads to the one before it, and to a leaf."""
    rows = book.rows("SELECT * FROM audit_entry ORDER BY seq")

    def faults() -> Iterator[str]:
        previous, seen = GENESIS, set()
        for number, row in enumerate(rows, 1):
            if row["seq"] != number or row["previous"] != previous:
                yield f"entry {number} is missing or out of order"
                return
            if _entry_hash(row) != row["hash"] or not _details_agree(row):
                yield f"entry {number} was changed"
            logged = {"seq": row["seq"], "hash": row["hash"]}
            if not book.opens(row["log_index"], "audit.entry", row["id"], logged):
                yield f"entry {number} is not what the log committed to"
            previous = row["hash"]
            seen.add(row["log_index"])
        for index in sorted(book.of_kind("audit.entry") - seen):
            yield f"leaf {index} has lost its entry"

    return len(rows), faults()


def licences(book: Book) -> tuple[int, Iterator[str]]:
    """Signed licences and their ends: what the status lists are made of."""
    rows = book.rows(
        "SELECT licence.*, d.vc_id, d.performer_did, d.status_list, d.status_index, "
        "d.performer_id AS d_performer, d.licensee_id AS d_licensee FROM licence "
        "LEFT JOIN licence_draft AS d ON d.id = licence.id"
    )
    ends = book.rows("SELECT * FROM licence_revocation")
    signed = {row["id"]: row for row in rows}

    def faults() -> Iterator[str]:
        for row in rows:
            if not book.opens(row["log_index"], "licence.issued", row["id"], _committed(row)):
                yield f"licence {row['id']} is not the one that was logged"
            elif not _as_signed(row, book.leaves[row["log_index"]]):
                yield f"licence {row['id']} is stored with other facts than were signed"
        yield from _ends(book, ends, signed)
        for kind, kept in (("licence.issued", rows), ("licence.revoked", ends)):
            for index in sorted(book.of_kind(kind) - {row["log_index"] for row in kept}):
                yield f"leaf {index} ({kind}) has lost its row"

    return len(rows) + len(ends), faults()


def _ends(book: Book, ends: list[Row], signed: dict[str, Row]) -> Iterator[str]:
    for end in ends:
        licence = signed.get(end["licence_id"])
        told = None if licence is None else _committed(licence)
        if not book.opens(end["log_index"], "licence.revoked", end["licence_id"], told):
            yield f"revocation {end['id']} was never logged"
        elif book.leaves[end["log_index"]]["at"] != end["recorded_at"]:
            yield f"revocation {end['id']} is of another time than was logged"
        elif licence is not None and end["seq"] <= licence["seq"]:
            yield f"revocation {end['id']} has a number before its licence's"


def clearances(book: Book) -> tuple[int, Iterator[str]]:
    """Decisions, byte for byte."""
    rows = book.rows("SELECT * FROM clearance")

    def faults() -> Iterator[str]:
        for row in rows:
            logged = {
                "submission_id": row["submission_id"],
                "verdict": row["verdict"],
                "decision_sha256": hashlib.sha256(row["decision"].encode()).hexdigest(),
            }
            if not book.opens(row["log_index"], "clearance.issued", row["id"], logged):
                yield f"clearance {row['id']} is not the one that was logged"
            elif book.leaves[row["log_index"]]["at"] != row["recorded_at"]:
                yield f"clearance {row['id']} is of another time than was logged"
        for index in sorted(book.of_kind("clearance.issued") - {row["log_index"] for row in rows}):
            yield f"leaf {index} has lost its clearance"

    return len(rows), faults()


def _committed(row: Row) -> dict[str, Any]:
    return {"vc_id": row["vc_id"], "sha256": hashlib.sha256(row["signed"]).hexdigest()}


def _as_signed(row: Row, leaf: Row) -> bool:
    """Whether the columns say what the signed document says."""
    document = json.loads(row["signed"])
    statuses = document["credentialStatus"]
    status = statuses[0] if isinstance(statuses, list) else statuses
    return (
        document["id"] == row["vc_id"]
        and document["issuer"] == row["performer_did"]
        and document["validFrom"] == instant(row["valid_from"])
        and document["validUntil"] == instant(row["valid_until"])
        and status["statusListIndex"] == str(row["status_index"])
        and status["statusListCredential"].endswith(f"/status/{row['status_list']}")
        and f"urn:likeness:{row['performer_id']}:" in json.dumps(document)
        and row["performer_id"] == row["d_performer"]
        and row["licensee_id"] == row["d_licensee"]
        and leaf["at"] == row["recorded_at"]
    )


def _entry_hash(row: Row) -> str:
    fixed = {
        "v": 1,
        "seq": row["seq"],
        "id": row["id"],
        "tenant": row["tenant_id"],
        "at": instant(row["recorded_at"]),
        "by": row["subject"],
        "person": row["person"],
        "action": row["action"],
        "subject": row["subject_id"],
        "single_operator": bool(row["single_operator"]),
        "commitment": row["commitment"],
        "previous": row["previous"],
    }
    return hashlib.sha256(canonical(fixed)).hexdigest()


def _details_agree(row: Row) -> bool:
    if row["details"] is None or row["salt"] is None:
        return row["details"] is None and row["salt"] is None
    said = canonical(json.loads(row["details"]))
    return hashlib.sha256(row["salt"] + said).hexdigest() == str(row["commitment"])
