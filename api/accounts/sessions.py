"""Sessions: made at sign-in, kept as a hash, ended by time, by their owner or by an administrator.

A token is random and long; whoever holds it is its owner, so it travels only in a header or in a
cookie that scripts cannot read. Every step of proof makes a new session and ends the one before:
a token that somebody planted never becomes a signed-in one. OWASP session management,
https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from api.accounts.models import Door, SignedIn, Stage
from api.accounts.standing import Standing, standings
from api.accounts.store import people
from api.accounts.store import sessions as store
from api.roles import scopes_of
from core import tenants
from core.errors import BadInput, Conflict, NotAllowed
from core.ids import new_id
from core.principal import Principal

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
HALF_WAY = timedelta(minutes=15)
FRESH = timedelta(minutes=10)
NOT_FRESH = "not-fresh"
_TOUCH = timedelta(minutes=1)
_TOKEN = re.compile(r"ebs_([a-z2-7]{26})_([A-Za-z0-9_-]{43})")
_TEXT_MAX = 200
DOOR = Door("session")


@dataclass(frozen=True, slots=True)
class Visit:
    """Whoever a session belongs to, for one request; `principal` may do nothing before `FULL`.

    `organisation` names where they act, for who has several to act in; else it is empty.
    """

    session: SignedIn
    principal: Principal
    csrf: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from, as its owner will see it in the list of sessions."""

    address: str
    device: str


def begin(
    session: Session,
    person_id: str,
    stage: Stage,
    methods: tuple[str, ...],
    origin: Origin,
    *,
    now: datetime,
    tenant_id: str = "",
    earlier: SignedIn | None = None,
) -> tuple[str, SignedIn]:
    """Make a session and end the one before it; returns the token, which is stored nowhere."""
    session_id, token = _new_token()
    if earlier is not None:
        store.end_session(session, earlier.person_id, earlier.id, now)
    item = SignedIn(
        id=session_id,
        person_id=person_id,
        tenant_id=tenant_id or first_tenant(session, person_id, now),
        stage=stage,
        methods=methods,
        created_at=now,
        seen_at=now,
        fresh_at=now,
        expires_at=now + (LONGEST if stage is Stage.FULL else HALF_WAY),
        address=origin.address[:_TEXT_MAX],
        device=origin.device[:_TEXT_MAX],
    )
    store.add_session(session, item, _hash(token))
    return token, item


def choose(
    session: Session, item: SignedIn, tenant_id: str, *, now: datetime
) -> tuple[str, SignedIn]:
    """Go on in another of one's organisations, under a new token; call it in `write()`.

    Nothing is proved by it, so it ends and has to be renewed when the session before had to.
    Raises BadInput for an organisation that one is not in, Conflict for the present one.
    """
    places = standings(session, item.person_id, now)
    if all(place.membership.tenant_id != tenant_id for place in places):
        raise BadInput(
            "this is none of your organisations",
            next_step="choose one of them: ebenbild account organisations",
            code="not-yours",
        )
    if tenant_id == item.tenant_id:
        raise Conflict("you are in this organisation already", code="same-organisation")
    session_id, token = _new_token()
    store.end_session(session, item.person_id, item.id, now)
    chosen = replace(item, id=session_id, tenant_id=tenant_id, seen_at=now)
    store.add_session(session, chosen, _hash(token))
    return token, chosen


def visit(session: Session, token: str, now: datetime) -> Visit | None:
    """Whose token this is; None when it is of nobody, out of time, or its owner was put out."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    item = store.find_session(session, f"ses_{found.group(1)}", _hash(token))
    if item is None or now >= item.expires_at or now - item.seen_at >= IDLE:
        return None
    if people.is_disabled(session, DOOR, item.person_id):
        return None
    places = standings(session, item.person_id, now)
    if all(place.membership.tenant_id != item.tenant_id for place in places):
        item = replace(item, tenant_id="")
    tenant = tenants.get_tenant(session, item.tenant_id) if item.tenant_id else None
    principal = _principal(item, places, "" if tenant is None else tenant.kind)
    several = item.stage is Stage.FULL and len(places) > 1
    organisation = tenant.name if tenant is not None and several else ""
    return Visit(item, principal, csrf_of(token), organisation)


def is_token(text: str) -> bool:
    """Say whether a text has the form of a session's token."""
    return _TOKEN.fullmatch(text) is not None


def is_due(item: SignedIn, now: datetime) -> bool:
    """Say whether the time of last use should be noted again."""
    return now - item.seen_at >= _TOUCH


def csrf_of(token: str) -> str:
    """Return the word that a form of this session carries; nobody has it without the token."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_fresh(item: SignedIn, now: datetime) -> bool:
    """Say whether the owner proved himself just now."""
    return now - item.fresh_at <= FRESH


def require_fresh(item: SignedIn, now: datetime) -> None:
    """Return when the owner proved himself just now; raise NotAllowed otherwise."""
    if not is_fresh(item, now):
        raise NotAllowed(
            "this needs a fresh sign-in",
            next_step="sign in again, then repeat it within ten minutes",
            code=NOT_FRESH,
        )


def _new_token() -> tuple[str, str]:
    session_id, secret = new_id("ses"), secrets.token_urlsafe(32)
    return session_id, f"ebs_{session_id.removeprefix('ses_')}_{secret}"


def _principal(item: SignedIn, places: Sequence[Standing], kind: str) -> Principal:
    place = next((one for one in places if one.membership.tenant_id == item.tenant_id), None)
    if item.stage is not Stage.FULL or place is None:
        return Principal(item.tenant_id, item.id, frozenset(), kind, item.person_id)
    member = place.membership
    return Principal(
        tenant_id=item.tenant_id,
        subject=item.id,
        scopes=scopes_of(member.roles, kind),
        tenant_kind=kind,
        person=item.person_id,
        roles=frozenset(role.value for role in member.roles),
        closed=place.closed,
    )


def first_tenant(session: Session, person_id: str, now: datetime) -> str:
    """The organisation that a person belongs to longest; empty without one."""
    found = standings(session, person_id, now)
    return found[0].membership.tenant_id if found else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
