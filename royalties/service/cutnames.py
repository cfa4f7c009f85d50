"""What the world outside calls a cut: identifiers that usage reports name it by."""

from datetime import datetime

from sqlmodel import Session

from core.errors import BadInput
from core.ids import new_id
from core.principal import Principal, require
from registry.store import cutidentifiers as store
from registry.store import works
from registry.store.cutidentifiers import CutIdentifier
from royalties.reports.identifiers import OF_CUTS


def name_cut(
    session: Session, principal: Principal, cut_id: str, scheme: str, text: str, *, now: datetime
) -> CutIdentifier:
    """Give an own cut an identifier, checked and in its one form.

    Raises `BadInput` for an unknown scheme and for a wrong check character, `NotFound` for a cut
    that is not the caller's, `Conflict` where the identifier names another cut of theirs.
    """
    require(principal, "submissions")
    cut = works.get_cut(session, principal, cut_id)
    read = OF_CUTS.get(scheme)
    if read is None:
        raise _bad(f"The scheme {scheme!r} is not known.", f"Use {', '.join(OF_CUTS)}.")
    try:
        value = read(text)
    except ValueError as exc:
        raise _bad(
            f"This is no {scheme}: {exc}.", "Copy it again from where it was given."
        ) from exc
    made = CutIdentifier(new_id("cid"), principal.tenant_id, cut.id, scheme, value, now)
    store.add_identifier(session, made)
    return made


def names_of(session: Session, principal: Principal, cut_id: str) -> tuple[CutIdentifier, ...]:
    """The identifiers of a cut; raises `NotFound` for one that the caller may not see."""
    require(principal, "submissions")
    works.get_cut(session, principal, cut_id)
    return store.list_identifiers(session, principal, cut_id)


def unname_cut(session: Session, principal: Principal, cut_id: str, item_id: str) -> None:
    """Take an identifier from an own cut; what was imported by it stays."""
    require(principal, "submissions")
    works.get_cut(session, principal, cut_id)
    store.remove_identifier(session, principal, cut_id, item_id)


def _bad(message: str, next_step: str) -> BadInput:
    return BadInput(message, next_step=next_step, code="bad-identifier")
