"""Carries what changes where an invented figure stands into the decisions that rest on it.

The performer's side may speak of a figure in cuts that it must not see, and somebody from outside
of figures that are not theirs, so each decision is made on the studio's behalf, by a worker.
"""

from datetime import datetime

from sqlmodel import Session

from api.deciding import queue
from core.clock import utc_now
from core.db import next_seq
from core.principal import Principal, SearchCapability, system
from registry.models.characters import Character
from registry.models.reviews import ReviewVerdict
from registry.proofing.sufficiency import Demands
from registry.service import characterdecisions, characters, inventing, likenesses
from registry.service.charactercuts import concerned, figure_on_match
from registry.service.characterdecisions import Decision
from registry.service.likenesses import Alike
from registry.store.matches import get_match


def withdraw(session: Session, caller: Principal, character_id: str) -> Character:
    """End a figure of the caller's, and have what it cleared decided anew."""
    found = characters.withdraw(session, caller, character_id, now=utc_now())
    _decide_anew(session, found.tenant_id, character_id)
    return found


def dispute(session: Session, caller: Principal, character_id: str, performer_id: str) -> Alike:
    """Freeze a figure that is a performer of the caller's."""
    found = likenesses.dispute(session, caller, character_id, performer_id, now=utc_now())
    _of_owner(session, character_id)
    return found


def take_back(session: Session, caller: Principal, character_id: str, performer_id: str) -> Alike:
    """Take the dispute back."""
    found = likenesses.take_back(session, caller, character_id, performer_id, now=utc_now())
    _of_owner(session, character_id)
    return found


def decide(
    session: Session, caller: Principal, character_id: str, decision: Decision, demands: Demands
) -> Character:
    """Keep what somebody from outside says of a figure, and search for it where it may be."""
    now = utc_now()
    found = characterdecisions.decide(
        session, caller, character_id, decision, demands=demands, now=now
    )
    inventing.activate_due(session, SearchCapability("notice-ended", character_id), at=now)
    _decide_anew(session, found.tenant_id, character_id)
    return found


def heed_word(
    session: Session, caller: Principal, match_id: str, verdict: ReviewVerdict, word_id: str
) -> None:
    """Where a performer's side accepts a match that collides with a figure, it disputes that."""
    studio_id, _, match = get_match(session, caller, match_id)
    if verdict is not ReviewVerdict.CONFIRMED or studio_id == caller.tenant_id:
        return
    character_id = figure_on_match(session, system(studio_id), match_id)
    if character_id and likenesses.dispute_by_word(
        session, caller, character_id, match, word_id, now=utc_now()
    ):
        _decide_anew(session, studio_id, character_id)


def heed_undone(session: Session, caller: Principal, word_id: str) -> None:
    """A word that is taken back disputes no figure any more."""
    for character_id in likenesses.take_word_back(session, caller, word_id, now=utc_now()):
        _of_owner(session, character_id)


def activate_due(session: Session, at: datetime) -> None:
    """Search for the figures whose notice period is over."""
    inventing.activate_due(session, SearchCapability("notice-ended", "housekeeping"), at=at)


def _of_owner(session: Session, character_id: str) -> None:
    capability = SearchCapability("invented-figures", character_id)
    owner = characters.owner_of(session, capability, character_id)
    _decide_anew(session, owner, character_id)


def _decide_anew(session: Session, owner_id: str, character_id: str) -> None:
    owner = system(owner_id)
    cause = f"{character_id}:{next_seq(session)}"
    queue(session, owner, concerned(session, owner, character_id), cause)
