"""Deleting stored bytes that nothing needs any more; one file may have been handed in twice."""

from sqlmodel import Session

from core.objects import Objects
from core.principal import Principal
from registry.store import characters, samples, submissions


def drop_unused(session: Session, objects: Objects, principal: Principal, name: str) -> None:
    """Delete an object of the tenant's, unless a submission, sample or figure still names it."""
    stores = (samples, submissions, characters)
    if sum(store.object_users(session, principal, name) for store in stores) == 0:
        objects.delete(name)
