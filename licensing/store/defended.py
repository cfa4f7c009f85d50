"""Whose likeness a find, a word on one, a clip or a notice is about, before anybody may see it."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.principal import SearchCapability
from licensing.store.clips import ClipRow
from licensing.store.takedowns import TakedownRow
from registry.store.matches import MatchRow
from registry.store.reviews import ReviewRow


@dataclass(frozen=True, slots=True)
class Defended:
    """The performer; `studio` is the organisation whose film it is, "" for what is not in one."""

    performer_id: str
    studio: str = ""


def defended(session: Session, _capability: SearchCapability, thing_id: str) -> Defended | None:
    """What a thing is about, for deciding who may see it; None when there is no such thing."""
    for found in (MatchRow, ReviewRow):
        held = select(found.performer_id, found.tenant_id).where(col(found.id) == thing_id)
        if (row := session.exec(held).first()) is not None:
            return Defended(*row)
    for kept in (ClipRow, TakedownRow):
        own = select(kept.performer_id).where(col(kept.id) == thing_id)
        if (performer_id := session.exec(own).first()) is not None:
            return Defended(performer_id)
    return None
