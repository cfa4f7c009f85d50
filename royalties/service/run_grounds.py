"""What a first run rests on, as one hash: while it stays, planning again would tell the same lines.

What only grows is counted up to the run's moment, and what may change is looked up anew. Of people
those count whom the lines name: whether a claim has lines at all is a matter of its amounts alone.
Runs that follow another have no such hash: they rest on a reserve, and are planned again.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlmodel import Session

from core.principal import SearchCapability
from core.release import release
from registry.store import people
from royalties.models_runs import RunKind, RunState
from royalties.service.received import settlements
from royalties.service.run_planning import RunPlanning
from royalties.store import complaints, received, run_lines, runs

_PAGE = 5000


def grounds_of(session: Session, planning: RunPlanning) -> str:
    """The hash, in hex, of what the stored lines of a run rest on now; "" for one that follows.

    It is compared and never kept for longer than a run waits, so that any text of a value will do.
    """
    run = planning.run
    if run.kind is not RunKind.FIRST:
        return ""
    capability, found = SearchCapability("run", run.tenant_id), hashlib.sha256()
    for fact in (*_facts(session, capability, planning), *_people(session, capability, planning)):
        found.update(f"{fact!r}\n".encode())
    return found.hexdigest()


def _facts(
    session: Session, capability: SearchCapability, planning: RunPlanning
) -> Iterator[tuple[object, ...]]:
    run = planning.run
    book, until = run.tenant_id, run.until
    yield "program", release(), _data()
    known = runs.of_book(session, capability, book)
    yield "closed", *(one.id for one in known if one.state is RunState.CLOSED)
    yield "claims", *received.counts(session, capability, book, until=until)
    for name, one in sorted(settlements(session, capability, book, until).items()):
        yield "invoice", name, one.claims_micro, one.gross_micro, one.paid_micro
    yield from sorted(complaints.rulings(session, capability, book, until=until).items())
    yield from sorted(planning.disputed.items())


def _people(
    session: Session, capability: SearchCapability, planning: RunPlanning
) -> Iterator[tuple[object, ...]]:
    """Whom the lines name, and the payee whose place heirs may have taken or may take."""
    owners, payees = run_lines.owners(session, capability, planning.run.id), planning.payees
    for start in range(0, len(owners), _PAGE):
        some = owners[start : start + _PAGE]
        own = people.payees(session, capability, {one[0] for one in some})
        every = sorted({*some, *((*one[:2], own.get(one[0], "")) for one in some)})
        yield from payees.grounds(every)


@cache
def _data() -> str:
    """The hash of all figures that rules take from files, such as rates and taxes."""
    found = hashlib.sha256()
    for path in _below(files("royalties").joinpath("data")):
        found.update(path.read_bytes())
    return found.hexdigest()


def _below(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _below(entry)
        else:
            yield entry
