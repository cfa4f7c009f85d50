"""Acts on many cuts: which are meant is settled when one begins; a worker goes through them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.errors import BadInput
from core.ids import new_id
from core.principal import Principal, require
from licensing.bulk import CUTS_MAX, Bulk, BulkAct, BulkItem, ItemState, Tally
from licensing.releaselist import Sought
from licensing.store import bulks as store
from licensing.store import releases
from registry.store import works

SCOPE = "submissions"


def begin(
    session: Session,
    principal: Principal,
    act: BulkAct,
    *,
    cut_ids: Sequence[str] = (),
    sought: Sought | None = None,
    settings: Mapping[str, Any],
    now: datetime,
) -> Bulk:
    """Settle which cuts are meant: those named, or all that are sought.

    Raises `NotFound` for another tenant's cut, `BadInput` for none or too many.
    """
    # Load.
    require(principal, SCOPE)
    if sought is not None:
        cut_ids = releases.cut_ids(session, principal, sought, limit=CUTS_MAX + 1)
    else:
        cut_ids = [works.get_cut(session, principal, each).id for each in dict.fromkeys(cut_ids)]
    # Decide.
    if not cut_ids or len(cut_ids) > CUTS_MAX:
        raise BadInput(
            f"An act on many cuts needs 1 to {CUTS_MAX} of them.",
            next_step="Pick cuts, or narrow what is sought.",
            code="bulk-size",
        )
    bulk = Bulk(new_id("blk"), principal.tenant_id, act, settings, len(cut_ids), now)
    # Save.
    store.add_bulk(session, bulk, cut_ids)
    return bulk


def get_bulk(session: Session, principal: Principal, bulk_id: str) -> tuple[Bulk, Tally]:
    """One act of the caller's and how far it is; raises `NotFound`."""
    require(principal, SCOPE)
    found = store.get_bulk(session, principal, bulk_id)
    return found, store.tally(session, principal, bulk_id)


def list_bulks(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> Sequence[tuple[Bulk, int]]:
    """(act, seq) of the caller's, newest first."""
    require(principal, SCOPE)
    return store.list_bulks(session, principal, before_seq=before_seq, limit=limit)


def items(
    session: Session,
    principal: Principal,
    bulk_id: str,
    *,
    state: ItemState | None = None,
    after: int = -1,
    limit: int = 50,
) -> Sequence[tuple[BulkItem, str, str]]:
    """(cut, title, label) of an act of the caller's, in order; page on with the last place."""
    require(principal, SCOPE)
    store.get_bulk(session, principal, bulk_id)
    return store.items(session, principal, bulk_id, state=state, after=after, limit=limit)
