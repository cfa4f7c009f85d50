"""Public use of a dead person's likeness, stated by the estate: what renews the right after death.

The estate signs the day, where it was and the sha256 of its evidence; whether the day renews the
right is left to the rule that counts it. Spec of the proof: https://www.w3.org/TR/vc-di-eddsa/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core import integrity
from core.canonical import canonical
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof, BadTerms
from core.ids import is_id
from core.integrity import ProofOptions
from core.keys import verification_method
from licensing.policy import PERFORMER_URN
from licensing.rulepacks.times import CAP_YEARS, USE_WITHIN_YEARS, right_ends, years_after

PREFIX = "pus"
URN = "urn:ebenbild:public-use:"
TYPE = "PublicUseAfterDeath"
WHERE_MAX = 300
EVIDENCE_BYTES_MAX = 200 * 1024**2
REMINDED_DAYS = (180, 90, 30)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PublicUse:
    """One use: on which day, where, and the sha256 (hex) of what shows it.

    `kept` says that the registry holds the file itself.
    """

    id: str
    performer_id: str
    key: str
    used_on: date
    where: str
    evidence_sha256: str
    created: datetime
    kept: bool = False


@dataclass(frozen=True, slots=True)
class UseDraft:
    """What the estate's own program signs: Ed25519 over `signing_input` (64 bytes)."""

    id: str
    document: dict[str, object]
    options: ProofOptions
    signing_input: bytes


@dataclass(frozen=True, slots=True)
class Right:
    """How long nobody may do without consent: until before `ends_on`, never beyond `cap_on`.

    A public use renews it from `renewed_from` on, until it ends.
    """

    deceased_on: date
    ends_on: date
    renewed_from: date
    cap_on: date


def right_after(deceased_on: date, uses: tuple[date, ...]) -> Right:
    """The right after a death, with the uses that are known."""
    ends = right_ends(deceased_on, uses)
    renewed_from = years_after(ends, -USE_WITHIN_YEARS)
    return Right(deceased_on, ends, renewed_from, years_after(deceased_on, CAP_YEARS))


def due_reminder(right: Right, today: date) -> int | None:
    """How many days before its end the estate is to be reminded now; None while that is far."""
    left = (right.ends_on - today).days
    due = [days for days in REMINDED_DAYS if 0 < left <= days]
    return min(due, default=None)


def check_evidence(item: PublicUse, sha256: str, size: int) -> None:
    """Raises BadTerms for another file than the estate signed for, or one too large to be kept."""
    if size > EVIDENCE_BYTES_MAX:
        raise BadTerms(
            f"Evidence of more than {EVIDENCE_BYTES_MAX // 1024**2} MiB is not kept here.",
            next_step="Hand in an excerpt and have the estate sign for that one.",
            code="evidence-too-large",
        )
    if sha256 != item.evidence_sha256:
        raise BadTerms(
            "This is not the file that the estate signed for.",
            next_step="Hand in the file that the draft was made with.",
            code="other-evidence",
        )


def check_use(item: PublicUse, deceased_on: date | None, known: tuple[date, ...], at: date) -> None:
    """Raises BadTerms for a use that is none after death, is yet to come, or is known."""
    if deceased_on is None or not deceased_on <= item.used_on <= at or item.used_on in known:
        raise BadTerms(
            "A public use is a day since the death that has come and was not stated yet.",
            next_step="Look at `ebenbild estate right` and name another day.",
            code="no-public-use",
        )
    where = item.where
    if not where.strip() or len(where) > WHERE_MAX or not where.isprintable():
        raise BadTerms(f"Say in 1 to {WHERE_MAX} printable characters where it was.")
    if not _DIGEST.fullmatch(item.evidence_sha256):
        raise BadTerms("The evidence is named by its SHA-256, 64 hexadecimal digits.")


def use_document(item: PublicUse) -> dict[str, object]:
    """The unsigned statement."""
    return {
        "id": URN + item.id,
        "type": TYPE,
        "performer": PERFORMER_URN + item.performer_id,
        "key": item.key,
        "usedOn": item.used_on.isoformat(),
        "where": item.where,
        "evidence": item.evidence_sha256,
        "created": to_text(item.created),
    }


def use_facts(document: Mapping[str, Any]) -> PublicUse:
    """Read a statement; raises BadTerms where it says more, less or other."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        item = PublicUse(
            id=document["id"].removeprefix(URN),
            performer_id=document["performer"].removeprefix(PERFORMER_URN),
            key=document["key"],
            used_on=date.fromisoformat(document["usedOn"]),
            where=document["where"],
            evidence_sha256=document["evidence"],
            created=from_text(document["created"]),
        )
        if not is_id(PREFIX, item.id) or use_document(item) != unsigned:
            raise ValueError(TYPE)
    except (KeyError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise BadTerms("This states no public use.", next_step="Draft it again.") from exc
    return item


def use_request(item: PublicUse) -> UseDraft:
    """What is to be signed; the same for the same facts at any time."""
    document = use_document(item)
    options = ProofOptions(verification_method(item.key), to_text(item.created))
    return UseDraft(item.id, document, options, integrity.signing_input(document, options))


def signed_use(item: PublicUse, signature: bytes) -> bytes:
    """The exact bytes to keep; raises BadProof when the signature does not hold."""
    draft = use_request(item)
    signed = integrity.attach(draft.document, draft.options, signature)
    integrity.verify(signed, expected={draft.options.verification_method})
    return canonical(signed)


def require_key(item: PublicUse, bound: tuple[str, ...]) -> None:
    """Raises BadProof unless the key is the one that speaks for the estate now."""
    if item.key not in bound:
        raise BadProof(
            "This key does not speak for the estate.",
            next_step="Have the heirs' key bound (`ebenbild performer rekey`), and sign with it.",
            code="wrong-key",
        )
