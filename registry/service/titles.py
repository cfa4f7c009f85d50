"""What an organisation calls its works and cuts: each with what it is part of."""

from collections.abc import Collection

from sqlmodel import Session

from core.principal import Principal
from registry.service import works

PATH = " › "
WORKS_MAX = 500


def titles(session: Session, principal: Principal) -> dict[str, str]:
    """The caller's works by id, such as `Night Shift › Episode 1`."""
    there = {one.id: one for one in works.list_works(session, principal, limit=WORKS_MAX)}
    found: dict[str, str] = {}
    for name in there:
        path: list[str] = []
        here = there.get(name)
        while here is not None and len(path) <= len(there):
            path.append(here.title)
            here = there.get(here.parent_id or "")
        found[name] = PATH.join(reversed(path))
    return found


def called(session: Session, principal: Principal, named: Collection[str]) -> dict[str, str]:
    """The caller's works and cuts among these ids; nobody else's."""
    cuts = works.titled(session, principal, named)
    found = {name: f"{title}, {cut.label}" for name, (cut, title) in cuts.items()}
    if len(found) < len(named):
        known = titles(session, principal)
        found |= {name: known[name] for name in named if name in known}
    return found
