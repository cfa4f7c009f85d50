"""What the sides of a complaint say before it is ruled on: both are heard, and nobody overhears.

Whoever rules reads everybody; each side reads its own words and the answers of who rules.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import BadInput, Conflict
from core.ids import new_id
from core.principal import Principal, require_any
from core.resealing import SealedColumn
from core.rowtexts import about, open_texts, seal_texts, vault_of
from royalties.models_complaints import Complaint, Word
from royalties.service.complaintnotices import tell_heard
from royalties.store import complaints as store
from royalties.store import complaintwords as words
from royalties.store.complaintwords import ComplaintWordRow

WORDS_MAX = 50
_SAID = "word"
_TEXT_MAX = 4000


def say(
    session: Session, principal: Principal, complaint_id: str, text: str, *, now: datetime
) -> Word:
    """Say something of an open complaint that concerns one; who it is for is told.

    Raises `Conflict` once it has ended or all was said, `BadInput` for nothing or too much.
    """
    require_any(principal, "usage", "performers")
    item = store.get(session, principal, complaint_id)
    if not item.is_open or len(words.words_of(session, principal, item.id)) >= WORDS_MAX:
        raise Conflict("Nothing more is heard of this complaint.", next_step="Read how it ended.")
    if not 0 < len(text.strip()) <= _TEXT_MAX:
        raise BadInput("There is nothing to hear.", next_step=f"Write 1 to {_TEXT_MAX} characters.")
    made = Word(
        id=new_id("cpw"),
        complaint_id=item.id,
        tenant_id=item.tenant_id,
        by_tenant_id=principal.tenant_id,
        said_at=now,
        sealed=b"",
        text=text.strip(),
    )
    sealed = seal_texts(vault_of(session), item.tenant_id, {_SAID: made.text}, _bound(made))
    made = replace(made, sealed=sealed)
    words.add_word(session, made)
    audit.record(
        session, principal, action="complaint.heard", subject_id=item.id, details={}, now=now
    )
    tell_heard(session, item, principal.tenant_id, now)
    return made


def heard(session: Session, principal: Principal, item: Complaint) -> tuple[Word, ...]:
    """What one may read of what was said: everything for who rules, else one's own and answers."""
    readable = {principal.tenant_id, item.tenant_id}
    return tuple(
        _opened(session, one)
        for one in words.words_of(session, principal, item.id)
        if principal.tenant_id == item.tenant_id or one.by_tenant_id in readable
    )


def _opened(session: Session, word: Word) -> Word:
    said = open_texts(vault_of(session), word.tenant_id, word.sealed, _bound(word))
    return replace(word, text=(said or {}).get(_SAID, ""))


def _bound(word: Word) -> dict[str, str]:
    return about(word.tenant_id, word.id, _SAID)


def _row_bound(row: ComplaintWordRow) -> tuple[str, dict[str, str]]:
    return row.tenant_id, about(row.tenant_id, row.id, _SAID)


SEALED = (SealedColumn(ComplaintWordRow, "sealed", _row_bound),)
