"""What anybody may read of unclaimed money, so that whoever it belongs to can find it.

Title, cut, month and seconds lead there. Amounts are left out, since they would tell what a
licensee pays, and so are names: of known people who cannot be reached nothing is published.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile, islice

from sqlmodel import Session

from core.principal import SearchCapability, system
from fingerprint.models import Span
from registry.spans import merge
from royalties.accounts import unidentified
from royalties.models_books import Transaction
from royalties.models_unclaimed import Published, UnclaimedLine, UnclaimedList
from royalties.service.booknames import titles_of
from royalties.service.unclaimedback import still_apart
from royalties.store import journal
from royalties.store import published as store
from royalties.store import unclaimed as lists_store

ITEM = "unc"
PUBLIC = SearchCapability("unclaimed", "public")
ITEMS_AT_ONCE = 100


def page(session: Session, asked: str = "", *, after: str = "", limit: int) -> list[Published]:
    """The items in any book that can be claimed behind the item `after`, newest list first.

    `asked` are words that all stand in the title of the work or its cut.
    """
    words = asked.casefold().split()
    every = _items(session, after)
    return list(islice((one for one in every if _has(one, words)), limit))


def published_item(session: Session, item_id: str) -> Published | None:
    """One item, or None once it can be claimed no more."""
    place = store.place_of(session, PUBLIC, item_id)
    if place is None:
        return None
    list_id, account = place
    found = [one for one in store.lists(session, PUBLIC) if one.id == list_id]
    return next((one for item in found for one in _on(session, item, [account])), None)


def published_in(session: Session, cuts: Iterable[str]) -> list[Published]:
    """What can be claimed in these cuts."""
    names = [unidentified(one) for one in cuts]
    found = store.lists(session, PUBLIC) if names else []
    return [one for item in found for one in _on(session, item, names)]


def published_under(
    session: Session, capability: SearchCapability, names: Sequence[str]
) -> frozenset[str]:
    """The accruals that stand behind those of these names that are published items."""
    wanted = set(names)
    return frozenset(
        line.transaction_id
        for _, line in lists_store.apart(session, capability)
        if line.item_id in wanted and line.transaction_id
    )


def _items(session: Session, after: str) -> Iterator[Published]:
    begun, account = store.place_of(session, PUBLIC, after) or ("", "")
    every = store.lists(session, PUBLIC)
    for item in dropwhile(lambda item: bool(after) and item.id != begun, every):
        yield from _of_list(session, item, account if item.id == begun else "")


def _of_list(session: Session, item: UnclaimedList, after: str) -> Iterator[Published]:
    while names := store.accounts(session, PUBLIC, item.id, after=after, limit=ITEMS_AT_ONCE):
        yield from _on(session, item, names)
        after = names[-1]


def _on(session: Session, item: UnclaimedList, accounts: Iterable[str]) -> Iterator[Published]:
    """What of these accounts of a list has not come back, by account."""
    found = store.lines_under(session, PUBLIC, item.id, accounts)
    lines = still_apart(session, item.tenant_id, found)
    items: defaultdict[str, list[UnclaimedLine]] = defaultdict(list)
    for one in lines:
        items[one.item_id].append(one)
    names = [one.transaction_id for one in lines]
    accruals = journal.by_ids(session, system(item.tenant_id), names)
    titles = titles_of(session, [(one.cut_id, one.licensee_id) for one in lines])
    for some in items.values():
        yield _published(item, some, accruals, titles[some[0].cut_id])


def _published(
    item: UnclaimedList,
    lines: list[UnclaimedLine],
    accruals: Mapping[str, Transaction],
    title: tuple[str, str],
) -> Published:
    first = lines[0]
    work, cut = title
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


def _has(one: Published, words: Iterable[str]) -> bool:
    title = f"{one.work} {one.cut}".casefold()
    return all(word in title for word in words)
