"""What anybody may read of unclaimed money, so that whoever it belongs to can find it.

Title, cut, month and seconds lead there. Amounts are left out, since they would tell what a
licensee pays, and so are names: of known people who cannot be reached nothing is published.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session

from core.principal import SearchCapability, system
from fingerprint.models import Span
from registry.spans import merge
from royalties.models_books import Transaction
from royalties.models_unclaimed import Published, UnclaimedLine, UnclaimedList
from royalties.service.booknames import title_of
from royalties.service.unclaimedback import apart_in
from royalties.store import journal
from royalties.store import unclaimed as store

ITEM = "unc"
PUBLIC = SearchCapability("unclaimed", "public")


def published(session: Session) -> list[Published]:
    """Every item of unclaimed money in any book that can be claimed, newest year first."""
    books = sorted({item.tenant_id for item, _ in store.apart(session, PUBLIC)})
    found = [one for book in books for one in _of_book(session, book)]
    return sorted(found, key=lambda one: (-one.year, one.work, one.cut, one.item_id))


def published_under(
    session: Session, capability: SearchCapability, names: Sequence[str]
) -> frozenset[str]:
    """The accruals that stand behind those of these names that are published items."""
    wanted = set(names)
    return frozenset(
        line.transaction_id
        for _, line in store.apart(session, capability)
        if line.item_id in wanted and line.transaction_id
    )


def _of_book(session: Session, book: str) -> list[Published]:
    items: defaultdict[str, list[UnclaimedLine]] = defaultdict(list)
    lists: dict[str, UnclaimedList] = {}
    for item, line in apart_in(session, PUBLIC, book):
        if line.cut_id:
            items[line.item_id].append(line)
            lists[line.item_id] = item
    names = [one.transaction_id for some in items.values() for one in some]
    accruals = journal.by_ids(session, system(book), names)
    return [_published(session, lists[item_id], some, accruals) for item_id, some in items.items()]


def _published(
    session: Session,
    item: UnclaimedList,
    lines: list[UnclaimedLine],
    accruals: dict[str, Transaction],
) -> Published:
    first = lines[0]
    work, cut = title_of(session, first.cut_id, first.licensee_id)
    spans: list[Span] = [span for one in lines for span in accruals[one.transaction_id].pins.spans]
    return Published(
        item_id=first.item_id,
        year=item.year,
        cut_id=first.cut_id,
        work=work,
        cut=cut,
        months=tuple(sorted({one.earned_period for one in lines})),
        spans=merge(spans),
        published_at=item.booked_at or item.until,
    )
