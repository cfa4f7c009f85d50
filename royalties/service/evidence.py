"""The chain behind one line of a book, for whoever keeps that book: usage, cut, find, clause, sum.

It reads on behalf of those whose things they are, because a line is told whole or not at all; no
picture, sound or score is in it.
"""

from collections.abc import Sequence
from contextlib import suppress

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, SearchCapability, require, system
from core.tenants import get_tenant
from licensing.models import Licence
from licensing.service import foreign, licences
from registry.models.evidence import Match
from registry.store import matches, uses, works
from royalties.ledger import tenant_of
from royalties.models import UsageLine
from royalties.models_books import Transaction, TransactionKind
from royalties.models_evidence import Evidence, Names, Report
from royalties.models_runs import Run, RunLine
from royalties.service.booknames import names_in, owners_of
from royalties.store import intake, journal, run_lines, runs, usage

MATCHES_MAX = 12


def evidence_of(session: Session, principal: Principal, transaction_id: str) -> Evidence:
    """The chain behind an accrual in one's own book; raises `NotFound`."""
    require(principal, "reports")
    line = journal.by_ids(session, principal, [transaction_id]).get(transaction_id)
    if (
        line is None
        or line.tenant_id != principal.tenant_id
        or line.kind is not TransactionKind.ACCRUAL
    ):
        raise NotFound("There is no such line in your book.", next_step="Open it from a run.")
    owner = system(owners_of(session, principal.tenant_id, [line])[line.id])
    used = usage.find_line(session, owner, line.pins.usage_line_id)
    return Evidence(
        line=line,
        names=names_in(session, principal.tenant_id, [line]),
        usage=used,
        report=None if used is None else _report(session, used),
        licence=_licence(session, owner, line),
        duration_ms=_duration(session, owner, line.pins.cut_id),
        matches=_matches(session, owner, line),
        runs=_runs(session, principal, line),
        taken_back=bool(journal.taken_back(session, _capability(principal), [line.id])),
    )


def lines_of(
    session: Session, principal: Principal, ids: Sequence[str]
) -> tuple[dict[str, Transaction], Names]:
    """These accruals that the principal may see, by id, and the names in them."""
    require(principal, "reports")
    found = journal.by_ids(session, principal, ids)
    return found, names_in(session, principal.tenant_id, found.values())


def _report(session: Session, line: UsageLine) -> Report | None:
    with suppress(NotFound):
        kept = intake.get_import(session, system(line.tenant_id), line.import_id)
        name = get_tenant(session, line.tenant_id).name
        return Report(kept.report.sender, name, kept.recorded_at)
    return None


def _duration(session: Session, owner: Principal, cut_id: str) -> int | None:
    with suppress(NotFound):
        return works.get_cut(session, owner, cut_id).duration_ms
    return None


def _licence(session: Session, owner: Principal, line: Transaction) -> Licence | None:
    """The licence of a claim; one of another registry as the performer's side brought it."""
    licence_id = line.pins.licence_id
    with suppress(NotFound):
        side = system(tenant_of(line.audience))
        brought = foreign.foreign_by_id(session, side, [licence_id])
        if brought:
            return brought[0]
        return licences.get_licence(session, owner, licence_id) if licence_id else None
    return None


def _matches(session: Session, owner: Principal, line: Transaction) -> tuple[Match, ...]:
    """The finds of the use as it stood last; none of somebody whom nobody knows."""
    if not line.pins.performer_id:
        return ()
    with suppress(NotFound):
        newest = uses.versions(session, owner, line.pins.performer_id, line.pins.use_id)[0]
        ids = newest.use.match_ids[:MATCHES_MAX]
        return tuple(matches.get_match(session, owner, one)[2] for one in ids)
    return ()


def _runs(
    session: Session, principal: Principal, line: Transaction
) -> tuple[tuple[Run, RunLine], ...]:
    book, capability = principal.tenant_id, _capability(principal)
    known = {one.id: one for one in runs.of_book(session, capability, book)}
    found = run_lines.of_claim(session, capability, book, line.basis.live_key)
    return tuple((known[run_id], one) for run_id, one in found)


def _capability(principal: Principal) -> SearchCapability:
    return SearchCapability("evidence", principal.tenant_id)
