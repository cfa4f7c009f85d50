"""What waits for a second person, as people read it: what it is, about whom, and where it stands.

The exact payload is what is approved; it stands beside these words, whole.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.accounts.models import Door
from api.accounts.store import people
from api.approving import at_once, may, may_approve
from api.paging import Page, Window, page
from api.web import texts
from core import approvalqueue, approvals, money
from core.approvalrows import Approval
from core.clock import utc_now
from core.db import is_single_operator
from core.errors import NotFound
from core.principal import Principal
from royalties.collecting import ANY
from royalties.service import booknames

DOOR = Door("approvals")
FACTS = (
    *(
        "month",
        "year",
        "months",
        "email",
        "name",
        "public_name",
        "roles",
        "lines",
        "count",
        "transactions",
    ),
    *("kinds", "territories", "source", "proof", "number", "reason"),
)
_CALLED = {"roles": "role", "proof": "handover.proof", "reason": "money.value.reason"}
PLACES = {
    "collecting.mandate": "/society/mandates",
    "complaint.rule": "/society/disputes/{}",
    "invoice.write-off": "/society/invoices/{}",
    "ledger.period-close": "/society",
    "members.admin": "/members",
    "pause.lift": "/me/licences?for={performer}#pause",
    "performer.handover": "/admin/handover?performer={performer}",
    "payout.send": "/society/payouts/{}",
    "run.close": "/society/runs/{}",
    "unclaimed.book": "/society/unclaimed/{}",
    "usage.hold-decision": "/society/usage/held",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal in words: whom it is about, facts as (name, value), the page that shows it all.

    `payload` is exactly what is approved, as text. Who `decides` says no even where another one has
    to agree first, and only then `approves`.
    """

    item: Approval
    words: str
    who: str
    by: str
    facts: tuple[tuple[str, str], ...]
    place: str
    payload: str
    decides: bool
    approves: bool
    at_once: bool


def waiting(session: Session, principal: Principal, lang: str, window: Window) -> Page[Waiting]:
    """What the principal may decide on or proposed, the oldest first."""
    told = approvalqueue.waiting(
        session, principal, after_seq=window.before_seq or 0, limit=window.limit
    )
    found = [item for _, item in told[: window.shown_max]]
    shown = _shown(session, principal, found, lang)
    return page(told, window, lambda one: shown[one[1].id], cursor=lambda one: one[0])


def _shown(
    session: Session, principal: Principal, found: Sequence[Approval], lang: str
) -> dict[str, Waiting]:
    people_of, whom = called(session, found), names_of(session, principal, found)
    alone = is_single_operator(session)
    return {
        item.id: Waiting(
            item,
            action_words(lang, item.action),
            whom.get(about(item), ""),
            people_of.get(item.proposed_person or "", ""),
            tuple(_facts(lang, item)),
            PLACES.get(item.action, "").format(item.subject_id, **item.payload),
            json.dumps(dict(item.payload), indent=2, sort_keys=True, ensure_ascii=False),
            may(session, principal, item, utc_now())
            and (alone or not approvals.mine(principal, item)),
            may_approve(session, principal, item, utc_now()),
            at_once(item),
        )
        for item in found
    }


def tally(session: Session, principal: Principal, lang: str) -> list[tuple[str, int]]:
    """How many of these there are of each kind, in words, as they first come."""
    found: Counter[str] = Counter()
    for action, number in approvalqueue.tally(session, principal).items():
        found[action_words(lang, action)] += number
    return list(found.items())


def action_words(lang: str, action: str) -> str:
    """What a proposal is called."""
    key = f"audit.action.{action}"
    known = key if key in texts.catalogue(lang) else "audit.action.other"
    return texts.text(lang, known)


def about(item: Approval) -> str:
    """The id of the performer or organisation that a proposal is about."""
    said = (item.payload.get(name) for name in ("performer", "claimant", "society_id", "tenant"))
    return next((str(one) for one in said if one), item.subject_id)


def called(session: Session, items: Iterable[Approval]) -> dict[str, str]:
    """Names of the people in these approvals; nobody's who is not there any more."""
    found = {}
    ids = {who for one in items for who in (one.proposed_person, one.decided_person) if who}
    for person_id in sorted(ids):
        with suppress(NotFound):
            found[person_id] = people.card(session, DOOR, person_id).name
    return found


def names_of(session: Session, principal: Principal, items: Sequence[Approval]) -> dict[str, str]:
    """The names of whom these are about."""
    return names(session, principal, {about(item) for item in items})


def names(session: Session, principal: Principal, ids: Collection[str]) -> dict[str, str]:
    """The names of these performers, organisations and people with an account."""
    found = booknames.names_of(
        session,
        principal.tenant_id,
        performers=[one for one in ids if one.startswith("prf_")],
        organisations=[one for one in ids if one.startswith("ten_")],
    )
    told = {**found.performers, **found.organisations}
    for person_id in sorted(one for one in ids if one.startswith("per_")):
        with suppress(NotFound):
            told[person_id] = people.card(session, DOOR, person_id).name
    return told


def _facts(lang: str, item: Approval) -> Iterable[tuple[str, str]]:
    """The facts that people decide by, in the order of the page."""
    said = item.payload
    for name in FACTS:
        if name in said:
            yield texts.text(lang, f"approvals.fact.{name}"), _value(lang, name, said[name])
    if "total" in said and "currency" in said:
        amount = money.format(int(said["total"]), str(said["currency"]), lang)
        yield texts.text(lang, "approvals.fact.total"), amount
    for name in ("execute_on", "from", "until", "valid_from", "valid_until"):
        if said.get(name):
            on = date.fromisoformat(str(said[name]))
            yield texts.text(lang, f"approvals.fact.{name}"), texts.day(lang, on)


def _value(lang: str, name: str, value: object) -> str:
    if name in ("month", "months"):
        months = value if isinstance(value, list) else [value]
        return " – ".join(texts.month(lang, str(one)) for one in months)
    if name in _CALLED:
        said = value if isinstance(value, list) else [value]
        return ", ".join(texts.text(lang, f"{_CALLED[name]}.{one}") for one in said)
    if value == [ANY]:
        every = {"kinds": "societymandates.every-use", "territories": "use.everywhere"}
        return texts.text(lang, every[name])
    if isinstance(value, list):
        return ", ".join(texts.word(lang, one) if name == "kinds" else one for one in value)
    return texts.count(lang, value) if isinstance(value, int) and name != "year" else str(value)
