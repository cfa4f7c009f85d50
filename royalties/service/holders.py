"""Whose clerks look at a usage line that waits for a person."""

from core.principal import SearchCapability, system
from royalties.collecting import Claimed
from royalties.entitlement import entitled
from royalties.models import UsageLine
from royalties.service.collectors import CollectorsOf
from royalties.service.entitlements import grounds_of
from royalties.store import intake
from royalties.unlicensed import found_in


def book_of(collecting: CollectorsOf, line: UsageLine) -> str:
    """The one book that all of a line would go into, else the operator's.

    Of a cut on which nothing was decided yet it is the operator's.
    """
    session = collecting.session
    if len(collecting.books) == 1:
        return collecting.operator
    capability = SearchCapability("hold", line.id)
    owner = intake.cut_owners(session, capability, [line.cut_id])[line.cut_id]
    grounds = grounds_of(session, system(owner), [line.cut_id]).get(line.cut_id)
    if grounds is None:
        return collecting.operator
    uses, _ = entitled(grounds.history, grounds.parties)
    there = [(one.performer_id, one.kind) for one in uses]
    there += [(one.performer_id, one.kind) for one in found_in(grounds.history[-1], uses)]
    collectors = collecting.of(grounds.parties.creditors.keys())
    books = {
        collectors.of(Claimed(kind.value if kind else "", line.territory, who, line.period)).book
        for who, kind in there
    }
    return books.pop() if len(books) == 1 else collecting.operator
