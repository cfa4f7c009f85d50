"""Who decided what in an organisation: what an address asks for, and each decision in words.

The same filters narrow the page, its table and the API.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlmodel import Session

from api import approvalshowing
from api.accounts.models import Door
from api.accounts.store import people
from api.paging import Window, page
from api.scopes import AUDIT, MEMBERS
from api.web import texts
from core import audit, tenants
from core.audit import Entry, Sought
from core.clock import to_text
from core.errors import BadInput, NotFound
from core.principal import Principal, holds, require

DOOR = Door("audit")
PAGE = 500
COLUMNS = ("seq", "at", "who", "actor", "what", "action", "subject_id", "details", "hash")
# Where what was decided is looked at, by the decision or by its noun, and what that needs; what has
# no page is found by its entries alone.
PLACES = {
    "account": ("/members", MEMBERS),
    "approval": ("/audit/approvals", AUDIT),
    "complaint": ("/society/disputes/{}", "reports"),
    "invoice": ("/society/invoices/{}", "reports"),
    "key": ("/account", MEMBERS),
    "ledger.period-closed": ("/society", "reports"),
    "members": ("/members", MEMBERS),
    "payout.sent": ("/society/payouts/{}", "reports"),
    "receipt.held-decided": ("/society/receipts", "reports"),
    "receipt": ("/society/receipts/{}", "reports"),
    "run": ("/society/runs/{}", "reports"),
}
Name = Annotated[str, Query(max_length=64)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="A day (UTC).")]


@dataclass(frozen=True, slots=True)
class Asking:
    """The filters as an address has them, and what they mean."""

    said: Mapping[str, str]
    sought: Sought

    @property
    def query(self) -> dict[str, str]:
        """The filters that say something."""
        return {name: value for name, value in self.said.items() if value}


def asking_of(
    *, actor: Name = "", action: Name = "", subject_id: Name = "", since: Day = "", until: Day = ""
) -> Asking:
    """The filters of an address; a form sends its empty fields too."""
    names = {"actor": actor, "action": action, "subject_id": subject_id}
    sought = Sought(actor, action, subject_id, _day(since), _day(until))
    return Asking({**names, "since": since, "until": until}, sought)


Asked = Annotated[Asking, Depends(asking_of)]


@dataclass(frozen=True, slots=True)
class Told:
    """A decision in words: who, what, about whom, where that is, and exactly what was recorded."""

    entry: Entry
    who: str
    what: str
    about: str
    place: str
    details: str


def trail_page(
    session: Session,
    principal: Principal,
    asking: Asking,
    window: Window,
    lang: str,
    *,
    checked: bool,
) -> dict[str, Any]:
    """A page of decisions, what they can be narrowed to, and with `checked` how the chain stands.

    Raises `NotAllowed` for whoever is neither auditor nor administrator.
    """
    require(principal, AUDIT)
    found = audit.entries(
        session, principal, asking.sought, before_seq=window.before_seq, limit=window.limit
    )
    told = tell(session, principal, found, lang)
    shown = page(list(zip(found, told, strict=True)), window, lambda one: one[1], _place)
    actions, actors = audit.kinds(session, principal)
    called = _actors(session, principal, actors, lang)
    subject = asking.sought.subject_id
    return {
        "items": shown.items,
        "more": shown.next_cursor,
        "asked": asking.said,
        "query": asking.query,
        "actions": sorted((action_words(lang, one), one) for one in actions),
        "actors": sorted((name, one) for one, name in called.items()),
        "subject": approvalshowing.names(session, principal, {subject}).get(subject, ""),
        "checked": checked,
        "faults": audit.faults(session) if checked else (),
        "entries": audit.newest_seq(session),
    }


def tell(
    session: Session, principal: Principal, found: Sequence[Entry], lang: str
) -> Sequence[Told]:
    """These decisions as people read them."""
    who = _actors(session, principal, {actor(one) for one in found}, lang)
    names = approvalshowing.names(session, principal, {about(one) for one in found})
    return [
        Told(
            one,
            who[actor(one)],
            _what(lang, one),
            names.get(about(one), ""),
            _page_of(principal, one),
            _exactly(one),
        )
        for one in found
    ]


def rows(
    session: Session, principal: Principal, asking: Asking, lang: str, before_seq: int | None
) -> Sequence[tuple[int, Sequence[str]]]:
    """(seq, cells in the order of `COLUMNS`) of as many decisions as are read at once."""
    require(principal, AUDIT)
    found = audit.entries(session, principal, asking.sought, before_seq=before_seq, limit=PAGE)
    return [(one.entry.seq, _cells(one)) for one in tell(session, principal, found, lang)]


def actor(entry: Entry) -> str:
    """Who decided: the person, else the key or worker."""
    return entry.person or entry.subject


def about(entry: Entry) -> str:
    """The id of what was decided on; of a proposal that which it proposes to decide on."""
    return str((entry.details or {}).get("subject", entry.subject_id))


def action_words(lang: str, action: str) -> str:
    """What a kind of decision is called once it was taken."""
    key = f"trail.act.{action}"
    known = key in texts.catalogue(lang)
    return texts.text(lang, key) if known else approvalshowing.action_words(lang, action)


def _what(lang: str, entry: Entry) -> str:
    """A decision's kind, with what a proposal would do."""
    words = action_words(lang, entry.action)
    proposed = (entry.details or {}).get("action")
    return f"{words}: {approvalshowing.action_words(lang, str(proposed))}" if proposed else words


def _actors(
    session: Session, principal: Principal, ids: Iterable[str], lang: str
) -> dict[str, str]:
    """What these are called: people and keys by name, everything else is the registry itself."""
    keys = {one.id: one.name for one in tenants.list_keys(session, principal.tenant_id)}
    return {one: _actor(session, keys, one, lang) for one in ids}


def _actor(session: Session, keys: Mapping[str, str], actor_id: str, lang: str) -> str:
    if actor_id.startswith("key_"):
        name = keys.get(actor_id) or actor_id[-6:]
        return texts.text(lang, "trail.by-key", name=name)
    if not actor_id.startswith("per_"):
        return texts.text(lang, "trail.by-registry")
    try:
        return people.card(session, DOOR, actor_id).name or texts.text(lang, "audit.gone")
    except NotFound:
        return texts.text(lang, "audit.gone")


def _page_of(principal: Principal, entry: Entry) -> str:
    noun = entry.action.partition(".")[0]
    address, scope = PLACES.get(entry.action) or PLACES.get(noun) or ("", AUDIT)
    return address.format(entry.subject_id) if holds(principal, scope) else ""


def _exactly(entry: Entry) -> str:
    if entry.details is None:
        return ""
    return json.dumps(dict(entry.details), indent=2, sort_keys=True, ensure_ascii=False)


def _cells(told: Told) -> Sequence[str]:
    one = told.entry
    details = "" if one.details is None else json.dumps(dict(one.details), sort_keys=True)
    spoken = (str(one.seq), to_text(one.at), told.who, actor(one), told.what, one.action)
    return (*spoken, one.subject_id, details, one.hash)


def _place(pair: tuple[Entry, Told]) -> int:
    return pair[0].seq


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as exc:
        raise BadInput("There is no such day.", next_step="Name one as in 2026-11-30.") from exc
