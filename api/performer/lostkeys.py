"""A lost signing key as its owner sees it: what waits, what was, and who has to vouch."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.accounts import sessions, wrappedkeys
from api.accounts.sessions import Visit
from api.accounts.signing_in import CODE, PASSKEY
from api.accounts.store import factors
from registry.models.replacements import Replacement
from registry.replacing import PENDING, state_of
from registry.service import keys, people, replacements

SECOND_FACTORS = frozenset({CODE, PASSKEY})


def has_second_factor(visit: Visit) -> bool:
    """Whether the sign-in rests on more than a password: what a recovery code gives is a rest."""
    return not SECOND_FACTORS.isdisjoint(visit.session.methods)


def show(session: Session, visit: Visit, performer_id: str, *, now: datetime) -> dict[str, Any]:
    """What the page of a lost key says; raises `NotFound` for another organisation's performer."""
    caller = visit.principal
    performer = people.get_performer(session, caller, performer_id)
    told = [
        _told(item, now) for item in replacements.replacements_of(session, caller, performer_id)
    ]
    open_ = [one for one in told if one["state"] in PENDING]
    return {
        "performer": performer,
        "keys": keys.key_history(session, performer_id)[::-1],
        "speaks": bool(keys.keys_at(session, performer_id, now)),
        "pending": open_[0] if open_ else None,
        "before": [one for one in told if one not in open_],
        "fresh": sessions.is_fresh(visit.session, now),
        "voucher": replacements.voucher_needed(
            caller, performer, second_factor=has_second_factor(visit), now=now
        ),
        "passkeys": factors.passkeys(session, wrappedkeys.DOOR, visit.session.person_id),
    }


def _told(item: Replacement, now: datetime) -> dict[str, Any]:
    stoppable = item.begins_at > now
    return {"item": item, "state": state_of(item, now).value, "stoppable": stoppable}
