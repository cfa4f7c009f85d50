"""Keeping rulings again from their facts, and posting again what they moved of claims."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from core.clock import from_text
from core.principal import SearchCapability, system
from royalties import facts_rulings
from royalties.complaints import claim_of, moves
from royalties.ledger import Stamp
from royalties.models_books import Transaction
from royalties.service.adjusting import adjustment
from royalties.store import complaints, runs, standingclaims


def keep(session: Session, book: str, fact: Mapping[str, Any]) -> None:
    """Keep what was ruled of the claims that stood on its lines."""
    capability, at = SearchCapability("replay", book), from_text(fact["at"])
    claims = standingclaims.by_live_key(session, capability, fact["lines"], at)
    made = facts_rulings.ruling_from(book, fact, claims)
    complaints.add(session, made)
    complaints.save(session, system(book), made)


def moved(
    session: Session, accrual: Transaction, fact: Mapping[str, Any], stamp: Stamp
) -> Transaction:
    """What the rulings that a run knew move of an accrual; raises `KeyError` where they do not."""
    book, claim = accrual.tenant_id, claim_of(accrual)
    run = runs.get_run(session, system(book), fact["run_id"])
    known = complaints.rulings(
        session,
        SearchCapability("replay", book),
        book,
        until=run.until,
        live_keys=[claim.live_key],
    )
    found = {one.facts_key: one for one in moves(claim, known.get(claim.live_key, ()))}
    return adjustment(run.id, claim, found[fact["facts_key"]], stamp)
