"""What a performer wants done about uses that nobody licensed."""

from datetime import datetime

from sqlmodel import Session

from core import log
from core.db import next_seq
from core.principal import Principal, require
from licensing.models_enforcement import Policy
from licensing.store import usepolicies as store
from registry.service import people

SCOPE = "performers"


def set_policy(
    session: Session, principal: Principal, performer_id: str, policy: Policy, *, now: datetime
) -> Policy:
    """Say what is to be done about uses that nobody licensed."""
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    store.add_policy(session, principal, performer_id, policy, seq=next_seq(session), at=now)
    payload = {"policy": policy.value}
    log.append(session, kind="policy.set", subject_id=performer_id, payload=payload, at=now)
    return policy


def get_policy(session: Session, principal: Principal, performer_id: str) -> Policy:
    """What is to be done; `track` before anything was said."""
    people.get_performer(session, principal, performer_id)
    return wanted(session, principal, performer_id)


def wanted(session: Session, principal: Principal, performer_id: str) -> Policy:
    """The same for whoever has looked the performer up."""
    return store.policy(session, principal, performer_id) or Policy.TRACK
