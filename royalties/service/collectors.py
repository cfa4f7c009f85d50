"""Who collects, as the registry knows it: what performers signed, what societies agreed, decisions.

Asked for cut by cut; of each performer the mandates are read once.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from core import tenants
from core.principal import SearchCapability
from registry.models.mandates import Mandate
from registry.store import mandates as signed
from royalties.closing import month_of
from royalties.collecting import ANY, Claimed, Collected, CollectingMandate, Collectors
from royalties.models_collecting import Conflict
from royalties.service.books import collector
from royalties.store import collecting as store

SOCIETY = "society"
SOCIETIES_MAX = 10_000


@dataclass(slots=True)
class CollectorsOf:
    """What says who collects, for as long as nothing about it is written."""

    session: Session
    operator: str = field(init=False)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    _societies: frozenset[str] = frozenset()
    _agreed: tuple[CollectingMandate, ...] = ()
    _own: dict[str, list[CollectingMandate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operator = collector(self.session)
        self._societies = societies_of(self.session)
        if self._societies:
            self._agreed = tuple(store.newest(self.session, _CAPABILITY))
            known = store.conflicts(self.session, _CAPABILITY)
            self.conflicts = {one.id: one for one in known}

    def of(self, performer_ids: Collection[str]) -> Collectors:
        """Who collects for these performers, and what was decided of conflicts with licences."""
        if not self._societies:
            return Collectors(self.operator)
        self.learn(performer_ids)
        own = (one for name in sorted(performer_ids) for one in self._own[name])
        settled = {
            (one.licence_id, one.society_id): one.settled.collects
            for one in self.conflicts.values()
            if one.settled is not None
        }
        return Collectors(self.operator, (*self._agreed, *own), settled)

    @property
    def books(self) -> tuple[str, ...]:
        """Every book that a claim may go into: the operator's and the societies'."""
        return (self.operator, *sorted(self._societies))

    def learn(self, performer_ids: Collection[str]) -> None:
        """Read what these performers signed, before it is asked of one after the other."""
        new = sorted(set(performer_ids) - self._own.keys())
        if not new or not self._societies:
            return
        found = signed.collecting(self.session, _CAPABILITY, new, self._societies)
        for name in new:
            self._own[name] = [of_signed(one) for one in found.get(name, ())]


def collector_of(
    session: Session, *, kind: str, territory: str, at: datetime, performer_id: str = ""
) -> Collected:
    """Who collects for a kind of use in a territory in the month of a moment, of one performer."""
    found = CollectorsOf(session).of([performer_id] if performer_id else [])
    return found.of(Claimed(kind, territory, performer_id, month_of(at)))


def societies_of(session: Session, *, here: bool = False) -> frozenset[str]:
    """The collecting societies that are known, or only those that keep their book `here`."""
    found = tenants.list_tenants(session, kind=SOCIETY, limit=SOCIETIES_MAX)
    return frozenset(one.id for one in found if not (here and one.registry_did))


def members_of(
    session: Session, society_id: str
) -> tuple[frozenset[str], tuple[CollectingMandate, ...]]:
    """Everybody whom a society ever had a mandate for by name, and its mandates for anybody."""
    agreed = [one for one in store.newest(session, _CAPABILITY) if one.society_id == society_id]
    named = {name for one in agreed for name in one.performer_ids if name != ANY}
    own = frozenset(named | set(signed.givers_to(session, _CAPABILITY, society_id)))
    return own, tuple(one for one in agreed if ANY in one.performer_ids)


def of_signed(item: Mandate) -> CollectingMandate:
    """What a performer signed, as a collecting mandate; revoked, it is over from that day on."""
    terms, ended = item.terms, item.revoked_at
    until = terms.valid_until if ended is None else min(terms.valid_until, ended)
    return CollectingMandate(
        id=item.id,
        society_id=terms.holder_id,
        kinds=tuple(kind.value for kind in terms.kinds) or (ANY,),
        territories=terms.territories or (ANY,),
        performer_ids=(terms.performer_id,),
        valid_from=terms.valid_from.date(),
        valid_until=until.date(),
        source=item.id,
        giver_id=terms.performer_id,
        seq=item.seq or 0,
    )


_CAPABILITY = SearchCapability("collector", "mandates")
