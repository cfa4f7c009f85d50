"""For whom a page speaks: a performer of one's own side, or one whose mandate lets one read.

One person may stand for several performers. Which one a page is about stands in its address once
(`?for=`); after that a cookie says it. It is no secret and opens nothing: what may be seen is
asked of the registry each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal
from registry.mandates import uncovered
from registry.minority import is_minor, minority_in
from registry.models.mandates import Act, Mandate
from registry.models.people import Performer
from registry.service import mandates, people
from registry.service.acting import speaks_alone, view
from registry.service.guardians import acting_guardian

COOKIE = "ebenbild-for"
SHOWN_MAX = 100
ITSELF, GUARDIAN, AGENT = "side", "guardian", "agent"


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a page is about; `side` is who reads for it, `how` as what one acts.

    `mandate` is what an agent's right rests on, `mandates` all of his that are in force, that one
    first, and `acts` what they let him do together; `near` says that one is of the performer's own
    organisation, `several` that there is a choice.
    """

    performer: Performer
    side: Principal
    how: str
    mandate: Mandate | None = None
    near: bool = True
    several: bool = False
    visitor: Principal | None = None
    acts: frozenset[Act] = frozenset(Act)
    mandates: tuple[Mandate, ...] = ()

    @property
    def caller(self) -> Principal:
        """Who visits: for services that look for a mandate themselves, which `side` has none of."""
        return self.visitor or self.side

    @property
    def whose(self) -> str:
        """The performer's name where pages speak of them to somebody else; nothing to themself.

        Who has several to act for is told each time which one it is.
        """
        return "" if self.how == ITSELF and not self.several else self.performer.public_name

    def may(self, act: Act) -> bool:
        """Whether one's right reaches to this; the routes ask again whoever does it."""
        return act in self.acts


def whom(
    session: Session, principal: Principal, *, asked: str, kept: str, now: datetime
) -> Whom | None:
    """Whom the page is about; None where one acts for nobody yet.

    Raises `NotFound` for somebody `asked` for in the address whom one does not act for; what was
    merely `kept` in the browser gives way to the first that there is.
    """
    wanted = asked or kept
    found = _own(session, principal, wanted, now) if wanted else None
    if found is not None:
        return found
    there = everybody(session, principal, now=now)
    found = next((item for item in there if item.performer.id == wanted), None)
    if found is not None:
        return found
    if asked:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return there[0] if there else None


def everybody(session: Session, principal: Principal, *, now: datetime) -> tuple[Whom, ...]:
    """Everybody for whom one acts: one's own side's first, then those who gave a mandate.

    Of one's own side those come first whose guardian one is, and then it goes by name.
    """
    own = (
        people.list_performers(session, principal, limit=SHOWN_MAX)
        if speaks_alone(principal)
        else ()
    )
    held = _held(session, principal)
    given = _mandated(held, principal, now, SHOWN_MAX - len(own))
    several = len(own) + len(given) > 1
    found = [
        Whom(item, principal, _how(session, principal, item, now), several=several) for item in own
    ]
    found.sort(key=lambda item: (item.how != GUARDIAN, item.performer.public_name.casefold()))
    seen = {item.id for item in own}
    for mandate in given:
        performer_id = mandate.terms.performer_id
        if performer_id not in seen:
            seen.add(performer_id)
            every = _in_force(held, principal, performer_id, now)
            under = _under(session, principal, mandate, now, several=several)
            others = tuple(item for item in every if item.id != mandate.id)
            acts = frozenset(act for item in every for act in item.terms.acts)
            found.append(replace(under, acts=acts, mandates=(mandate, *others)))
    return tuple(item for item in found if item.performer.erased_at is None)


def _mandated(
    held: Sequence[Mandate], principal: Principal, now: datetime, most: int
) -> tuple[Mandate, ...]:
    """Mandates in force that let the caller's organisation read."""
    return tuple(
        item
        for item in held
        if not uncovered(item, holder_id=principal.tenant_id, act=Act.READ, at=now)
        and (
            item.tenant_id != principal.tenant_id
            or not speaks_alone(principal, item.terms.performer_id)
        )
    )[: max(0, most)]


def _held(session: Session, principal: Principal) -> tuple[Mandate, ...]:
    """Mandates of one's own side and those that it holds; of whoever is closed to one too."""
    return mandates.list_mandates(session, replace(principal, closed=()))


def _in_force(
    held: Sequence[Mandate], principal: Principal, performer_id: str, now: datetime
) -> tuple[Mandate, ...]:
    """Mandates of one performer that let the caller's organisation do something now."""
    return tuple(
        item
        for item in held
        if item.terms.performer_id == performer_id
        and any(
            not uncovered(item, holder_id=principal.tenant_id, act=act, at=now)
            for act in item.terms.acts
        )
    )


def _own(session: Session, principal: Principal, performer_id: str, now: datetime) -> Whom | None:
    """Somebody of one's own side, looked up alone: an agency may have thousands."""
    if not speaks_alone(principal):
        return None
    try:
        performer = people.get_performer(session, principal, performer_id)
    except NotFound:
        return None
    if performer.erased_at is not None or performer.tenant_id != principal.tenant_id:
        return None
    several = len(people.list_performers(session, principal, limit=2)) > 1
    if not several:
        held = _held(session, principal)
        several = bool(_mandated(held, principal, now, 1))
    return Whom(performer, principal, _how(session, principal, performer, now), several=several)


def _under(
    session: Session, principal: Principal, mandate: Mandate, now: datetime, *, several: bool
) -> Whom:
    performer_id = mandate.terms.performer_id
    side = view(session, principal, performer_id, Act.READ, now=now)
    performer = people.get_performer(session, side, performer_id)
    near = mandate.tenant_id == principal.tenant_id
    return Whom(performer, side, AGENT, mandate, near, several, visitor=principal)


def _how(session: Session, principal: Principal, performer: Performer, now: datetime) -> str:
    if not is_minor(minority_in(performer), now):
        return ITSELF
    return GUARDIAN if acting_guardian(session, principal, performer.id, now) else ITSELF
