"""The words on the finds of a studio's cuts, for the count of what was overturned."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, holds, require
from registry.overturning import Spoken
from registry.store import reviews

WORDS_MAX = 50_000


def words_since(session: Session, principal: Principal, since: datetime) -> tuple[Spoken, ...]:
    """The newest words since then, of the caller's cuts; for the operator those of every studio.

    Nothing in them leads to a cut, a person or a reviewer.
    """
    require(principal, "submissions")
    if holds(principal, "admin"):
        capability = SearchCapability("review-statistics", principal.subject)
        return reviews.every_spoken_since(session, capability, since, limit=WORDS_MAX)
    return reviews.spoken_since(session, principal, since, limit=WORDS_MAX)
