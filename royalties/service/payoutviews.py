"""What may be read of payouts: batches, what is in them, and the papers for the bank."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, require
from core.vault import Vault
from royalties.models_payouts import Batch, CameBack, Payout, PayoutState
from royalties.service.payoutseals import FILE, LIST, open_file
from royalties.store import payoutbatches
from royalties.store import payouts as store

PAGE_MAX = 500


def list_batches(
    session: Session, principal: Principal, *, before: int | None = None, limit: int | None = None
) -> tuple[Batch, ...]:
    """The batches of one's own book, newest first; page on with the number of the last one."""
    require(principal, "reports")
    return payoutbatches.batches(session, principal, before=before, limit=limit)


def open_ends(
    session: Session, principal: Principal, batch_ids: Sequence[str]
) -> Mapping[str, Collection[PayoutState]]:
    """By batch of one's own book, whether payments wait for the bank's answer or came back."""
    require(principal, "reports")
    states = (PayoutState.SENT, PayoutState.RETURNED)
    return payoutbatches.found_in(session, principal, batch_ids, states)


def came_back(
    session: Session, principal: Principal, batch_ids: Sequence[str]
) -> Mapping[str, CameBack]:
    """What came back of each of these batches of one's own book; nothing where it is not named."""
    require(principal, "reports")
    return payoutbatches.came_back(session, principal, batch_ids)


def get_batch(session: Session, principal: Principal, batch_id: str) -> Batch:
    """One batch of one's own book; raises `NotFound`."""
    require(principal, "reports")
    return payoutbatches.get_batch(session, principal, batch_id)


def payouts_of(
    session: Session,
    principal: Principal,
    batch_id: str,
    *,
    after: str = "",
    limit: int | None = None,
) -> tuple[Payout, ...]:
    """What is in a batch of one's own book and what stays, and why, by account behind `after`."""
    item = get_batch(session, principal, batch_id)
    return store.payouts_of(session, principal, item.id, after=after, limit=limit)


def list_payouts(
    session: Session,
    principal: Principal,
    *,
    states: Sequence[PayoutState],
    payee_id: str = "",
    after: str = "",
) -> tuple[Payout, ...]:
    """Payouts that the principal may see: of one's own book, or to one's own payees."""
    require(principal, "reports")
    return store.list_payouts(
        session, principal, states=states, payee_id=payee_id, after=after, limit=PAGE_MAX
    )


def paper(
    session: Session, vault: Vault, principal: Principal, batch_id: str, *, by_hand: bool
) -> bytes:
    """The file for the bank, or the list of what is paid by hand: the same bytes each time.

    Both hold whole accounts, so whoever only reads reports does not get them. Raises `NotFound`
    before the batch is sent, and where it has no such paper.
    """
    require(principal, "usage")
    item = payoutbatches.get_batch(session, principal, batch_id)
    file, table = payoutbatches.sealed_of(session, principal, batch_id)
    sealed = table if by_hand else file
    if sealed is None:
        raise NotFound(
            "This batch has no such paper.",
            next_step="A second person sends it first: ebenbild payout approve",
        )
    return open_file(vault, item, sealed, LIST if by_hand else FILE)
