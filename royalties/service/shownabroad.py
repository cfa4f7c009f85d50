"""What a performer is told of cuts of other registries that money came for: their titles.

Usage was reported of them, so they are out.
"""

from collections.abc import Collection

from sqlmodel import Session

from core.principal import Principal
from royalties.service.booknames import titles_of
from royalties.store import remittances as store


def titles(
    session: Session, side: Principal, performer_id: str, cut_ids: Collection[str]
) -> dict[str, str]:
    """Title and version of those of the cuts that a claim of the performer's abroad rests on."""
    paid_for = store.cuts_abroad(session, side, performer_id, sorted(cut_ids))
    known = titles_of(session, paid_for.items())
    return {cut_id: " ".join(filter(None, told)) for cut_id, told in known.items()}
