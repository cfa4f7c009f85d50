"""What a performer's first page says: what is new, what waits for an answer, money, prints."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from api.performer.uses import shown_uses, tally
from api.performer.whom import Whom
from core.clock import to_text
from core.tenants import get_tenant
from licensing.models_requests import Request, RequestState, Side
from licensing.negotiation import may
from licensing.service.requestsides import list_requests, newest_offer
from registry.models.mandates import Act
from registry.models.people import Enrolment, EnrolmentState
from registry.service import enrolment, useseen
from royalties.models_earned import Earned
from royalties.service import accountstatements, earnings

NEW_DAYS = 7
NEW_MAX = 100
ROWS = 5
# What the performer's side has to do something about.
WAITING = (RequestState.ASKED, RequestState.AGREED)
_ORDER = (
    EnrolmentState.ACTIVE,
    EnrolmentState.NOTICE,
    EnrolmentState.PROOFED,
    EnrolmentState.CAPTURED,
    EnrolmentState.DISPUTED,
    EnrolmentState.DRAFT,
)


def home_page(session: Session, acting: Whom, now: datetime) -> dict[str, Any]:
    """Everything on the first page."""
    who, side = acting.performer.id, acting.side
    since = now - timedelta(days=NEW_DAYS)
    found = useseen.uses_of(session, side, who, at=now, since=since, limit=NEW_MAX)
    new = shown_uses(session, acting, found)
    standings = Counter(item.standing for item in new)
    prints = prints_of(enrolment.list_enrolments(session, side, who))
    return {
        "new": new[:ROWS],
        "new_count": useseen.count_uses(session, side, who, since=since),
        "standings": standings,
        "tally": tally(standings),
        "total": useseen.count_uses(session, side, who),
        "requests": waiting(session, acting, now)[:ROWS],
        **_money(session, acting, now),
        "prints": prints,
        "searched": any(item.state is EnrolmentState.ACTIVE for item in prints.values()),
        "waits_until": waits_until(prints.values()),
    }


def _money(session: Session, acting: Whom, now: datetime) -> dict[str, Any]:
    """What was earned and what stands; nothing for an agent whose mandate is not for collecting."""
    who, side = acting.performer.id, acting.side
    if not acting.may(Act.COLLECT):
        return {"month": (), "owed": {}, "unseen": True}
    standing = accountstatements.standing(session, acting.caller, performer_id=who, now=now)
    month = newest(earnings.by_month(session, side, who))
    return {"month": month, "owed": owed(standing), "unseen": False}


def prints_of(found: Sequence[Enrolment]) -> dict[str, Enrolment]:
    """The enrolment that has come furthest for each part of a likeness."""
    stands = [item for item in found if item.state in _ORDER]
    stands.sort(key=lambda item: (-_ORDER.index(item.state), to_text(item.created_at)))
    return {part.value: item for item in stands for part in item.modalities}


def waits_until(found: Collection[Enrolment]) -> datetime | None:
    """When the notice period of all of these is over; None where one still lacks something."""
    ends = [item.notice_until for item in found]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def waiting(session: Session, acting: Whom, now: datetime) -> list[dict[str, Any]]:
    """Requests on which this side has the next word, newest first."""
    found = list_requests(
        session, acting.side, states=WAITING, performer_id=acting.performer.id, now=now
    )
    return [asked(session, item) for item in found if may(item, Side.PERFORMER, now)]


def asked(session: Session, item: Request) -> dict[str, Any]:
    """A request with whoever asks and the newest offer."""
    return {
        "request": item,
        "studio": get_tenant(session, item.tenant_id).name,
        "offer": newest_offer(session, item),
    }


def owed(standing: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """What stands on all of one's accounts together, by currency."""
    return {currency: sum(kinds.values()) for currency, kinds in standing.items()}


def newest(found: Sequence[Earned]) -> tuple[Earned, ...]:
    """What was earned in the newest month with money of the performer's own in it."""
    own = [item for item in found if not item.kept and item.amount_micro]
    return tuple(item for item in own if item.month == own[0].month)
