"""Names in place of ids, for whoever keeps a book: of performers, organisations and cuts.

A book's lines tell its keeper whose money it is and where it was earned; names say it to people.
"""

from collections.abc import Iterable
from contextlib import suppress

from sqlmodel import Session

from core.errors import NotFound
from core.principal import SearchCapability, system
from core.tenants import get_tenant
from registry.store import estates, people, works
from royalties.models import Origin
from royalties.models_books import Transaction
from royalties.models_evidence import Names
from royalties.store import intake


def names_of(
    session: Session,
    book: str,
    *,
    performers: Iterable[str] = (),
    organisations: Iterable[str] = (),
    cuts: Iterable[tuple[str, str]] = (),
    payees: Iterable[str] = (),
) -> Names:
    """The names of all these in a book; `cuts` come with their owners. Who is gone is left out."""
    capability = SearchCapability("book-names", book)
    behind = {
        one.payee_id: one.id
        for one in people.unnamed(session, capability, payee_ids=sorted({*payees} - {""}))
    }
    dead = estates.left_by(session, capability, sorted({*payees} - {*behind, ""}))
    wanted = sorted({*performers, *behind.values(), *dead.values()} - {""})
    called = {
        one.performer_id: one.public_name for one in people.cards(session, capability, wanted)
    }
    return Names(
        performers=called,
        organisations=_organisations(session, organisations),
        cuts=titles_of(session, cuts),
        paid={payee: called[one] for payee, one in behind.items() if one in called},
        heirs={payee: called[one] for payee, one in dead.items() if one in called},
    )


def names_in(session: Session, book: str, lines: Iterable[Transaction]) -> Names:
    """The names of everybody and everything that these accruals are about."""
    found = [one for one in lines if one.claim is not None]
    owners = owners_of(session, book, found)
    return names_of(
        session,
        book,
        performers=[one.pins.performer_id for one in found],
        organisations=[one.basis.licensee_id for one in found],
        cuts=[(one.pins.cut_id, owners[one.id]) for one in found],
    )


def owners_of(session: Session, book: str, lines: Iterable[Transaction]) -> dict[str, str]:
    """Whose things each of these accruals rests on: the licensee's, or of what a sister society
    collected, that of the cut's owner.
    """
    found = list(lines)
    cuts = {one.pins.cut_id for one in found if one.pins.origin is Origin.SISTER}
    known = intake.cut_owners(session, SearchCapability("book-names", book), sorted(cuts))
    licensees = ((one, one.basis.licensee_id) for one in found)
    return {one.id: known.get(one.pins.cut_id, licensee) for one, licensee in licensees}


def _organisations(session: Session, ids: Iterable[str]) -> dict[str, str]:
    found = {}
    for tenant_id in sorted({*ids} - {""}):
        with suppress(NotFound):
            found[tenant_id] = get_tenant(session, tenant_id).name
    return found


def titles_of(session: Session, cuts: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Title and version of each of these cuts, which come with their owners; empty where gone."""
    by_owner: dict[str, set[str]] = {}
    for cut_id, owner in cuts:
        by_owner.setdefault(owner, set()).add(cut_id)
    found: dict[str, tuple[str, str]] = {}
    for owner, ids in by_owner.items():
        there = works.titled(session, system(owner), ids)
        named = {cut_id: (title, cut.label) for cut_id, (cut, title) in there.items()}
        found |= {**dict.fromkeys(ids, ("", "")), **named}
    return found


def title_of(session: Session, cut_id: str, owner: str) -> tuple[str, str]:
    """The same of one."""
    return titles_of(session, [(cut_id, owner)])[cut_id]
