"""Licences as a performer's pages show them: what each allows, what rests on it, what it brings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from api import contractwords
from api.paging import page
from api.performer.desk import Desk
from api.performer.home import asked, waiting
from api.performer.signers import signing
from api.performer.termwords import told
from api.performer.whom import Whom
from api.reasonnames import as_told
from core.clock import utc_now
from core.errors import NotFound
from core.principal import system
from core.tenants import get_tenant
from licensing.models import Licence, LicenceInForce, LicenceState, Terms
from licensing.models_clearance import PerformerClearance, Verdict
from licensing.models_requests import Request, Side, Turn
from licensing.models_suspension import Suspension
from licensing.negotiation import may, may_undo, state_at
from licensing.service import (
    clearances,
    licences,
    requests,
    resuming,
    scopes,
    standings,
    suspensions,
    templates,
)
from licensing.service.requestsides import (
    list_offers,
    list_requests,
    newest_offer,
    of_licence,
    reach,
)
from licensing.terms import terms_to_dict
from registry.models.works import KindOfUse
from registry.service import guardians, useseen
from registry.service.sealedtexts import open_guardian
from registry.service.titles import called
from registry.service.useseen import SeenUse
from royalties.closing import month_before, month_of
from royalties.service import previews

RESTING_MAX = 500
EVER = 2**62
KNOWN_MAX = 100
STANDING = ("force", "coming")


def licences_page(session: Session, acting: Whom, desk: Desk, now: datetime) -> dict[str, Any]:
    """What was signed, newest first, and what waits for an answer."""
    who, side, window = acting.performer.id, acting.side, desk.window
    found = licences.list_licences(
        session, side, performer_id=who, before_seq=window.before_seq, limit=window.limit
    )
    own = [item for item in found[: window.shown_max] if item.tenant_id == side.tenant_id]
    shown = page(found, window, lambda item: item.id, cursor=lambda item: item.seq)
    given = licences.given_in_force(session, side, who, at=now)
    rows = [row(session, item, given, now) for item in own]
    return {
        "licences": rows,
        "in_force": sum(item["state"] == "force" for item in rows),
        "more": shown.next_cursor,
        "requests": waiting(session, acting, now),
        "past": _answered(session, acting, now),
        "stances": _stances(session, who),
        "pauses": _pauses(session, acting, desk, now),
        "given": [
            (item.id, get_tenant(session, item.terms.licensee_id).name, item.terms.kinds)
            for item in given
        ],
        "kinds_of_use": tuple(KindOfUse),
        "tomorrow": f"{now + timedelta(days=1):%Y-%m-%d}",
    }


def row(
    session: Session, item: Licence, given: Collection[LicenceInForce], now: datetime
) -> dict[str, Any]:
    """A licence in a list; `given` are all of the performer's that nothing ended."""
    return {
        "licence": item,
        "studio": get_tenant(session, item.terms.licensee_id).name,
        "state": state_of(item, {one.id for one in given}, now),
    }


def state_of(item: Licence, standing: Collection[str], now: datetime) -> str:
    """In a word where a licence stands: `revoked`, `coming`, `ended` or `force`.

    Notice ends one before its term, and so does the end of the licence above it: neither is then
    among those that are `standing`.
    """
    if item.state is LicenceState.REVOKED:
        return "revoked"
    if item.id not in standing:
        return "ended"
    return "coming" if now < item.terms.valid_from else "force"


def licence_page(
    session: Session, acting: Whom, licence_id: str, lang: str, now: datetime
) -> dict[str, Any]:
    """One licence in words, with what rests on it; raises `NotFound`."""
    item, who = _own(session, acting, licence_id), acting.performer.id
    given = licences.given_in_force(session, acting.side, who, at=now)
    # What rests on a licence ends with it, licences first: their uses are decided anew too.
    ending = [name for name, _ in scopes.below(session, item)]
    resting = _resting(session, acting, ending)
    shown = row(session, item, given, now)
    below = licences.licences_by_id(session, acting.side, set(ending) - {licence_id})
    sublicences = [row(session, one, given, now) for one in below]
    return {
        **shown,
        **_worded(session, acting, item.terms, of_licence(session, licence_id), lang),
        "resting": sum(one.licence_id == licence_id for one in resting),
        "ending": len(resting),
        "sublicences": [one for one in sublicences if one["state"] in STANDING],
        "above": item.terms.parent_licence_id,
        "cuts": _cuts(session, acting, {one.use_id for one in resting}, now),
    }


def tried_months(now: datetime) -> tuple[str, str]:
    """The months in which terms are tried: the last whole one, and this one so far."""
    this = month_of(now)
    return month_before(this), this


def draft_page(
    session: Session, acting: Whom, desk: Desk, licence_id: str, month: str
) -> dict[str, Any]:
    """What is about to be signed, and what it would have earned; raises `NotFound`."""
    now, side, who = utc_now(), acting.side, acting.performer.id
    terms = licences.draft_terms(session, side, licence_id)
    if terms.performer_id != who:
        raise NotFound("There is no such draft.", next_step="Check whom you act for.")
    draft = licences.get_draft(session, side, licence_id)
    studio = get_tenant(session, terms.licensee_id).name
    asked = signing(session, desk.world.vault, desk.visit, side, who, now=now)
    waits = licences.awaiting(session, side, licence_id)
    return {
        "licence_id": licence_id,
        "terms": terms,
        "studio": studio,
        **_worded(session, acting, terms, of_licence(session, licence_id), desk.lang),
        "doubts": as_told(session, side, draft.doubts, {}, now),
        "document": dict(draft.document),
        "preview": previews.of_terms(session, acting.caller, terms, period=month, now=now),
        "months": tried_months(now),
        "dids": waits,
        "signing": replace(asked, signers=tuple(one for one in asked.signers if one.did in waits)),
        "signed": not waits,
        "others": [one for one in asked.signers if one.did not in waits],
    }


def _worded(
    session: Session, acting: Whom, terms: Terms, request: Request | None, lang: str
) -> dict[str, Any]:
    """Terms in words, and the contract that they pin; works by titles as the `request` has them."""
    titles = {} if request is None else _named_titles(session, request)
    return {
        "said": told(terms, lang, titles),
        "clauses": _clauses(session, acting, terms, titles, lang),
    }


def _clauses(
    session: Session, acting: Whom, terms: Terms, titles: Mapping[str, str], lang: str
) -> list[dict[str, str]]:
    """The contract that the terms pin, clause by clause, in plain words and in legal ones."""
    if terms.template is None:
        return []
    template = templates.get(session, acting.side, terms.template.id, terms.template.version)
    fields = {
        **terms_to_dict(terms),
        "works": [titles.get(name, name) for name in terms.works],
        "performer": acting.performer.public_name,
        "licensee": get_tenant(session, terms.licensee_id).name,
    }
    return contractwords.clauses(template, fields, lang)


def choose_page(session: Session, acting: Whom, lang: str) -> dict[str, Any]:
    """The contracts there are, the registry's own and those that organisations published."""
    found = templates.list_templates(session, acting.side)
    return {"contracts": [contractwords.for_page(item.template, lang) for item in found]}


def fill_page(session: Session, acting: Whom, template_id: str, lang: str) -> dict[str, Any]:
    """What a contract leaves open, and whom it may be made with; raises `NotFound`."""
    template, now = templates.get(session, acting.side, template_id), utc_now()
    return {
        "c": contractwords.for_page(template, lang),
        "fields": [
            (item.name, item.label.said(lang), item.optional)
            for item in template.fields
            if item.name not in _FILLED
        ],
        "known": known_studios(session, acting, now),
        "today": f"{now:%Y-%m-%d}",
    }


def known_studios(session: Session, acting: Whom, now: datetime) -> dict[str, str]:
    """Names of the organisations that used this performer, asked, or hold a licence, by id."""
    who, side = acting.performer.id, acting.side
    used = useseen.uses_of(session, side, who, at=now, limit=KNOWN_MAX)
    asking = list_requests(session, side, performer_id=who, limit=KNOWN_MAX, now=now)
    held = licences.list_licences(session, side, performer_id=who, limit=KNOWN_MAX)
    ids = {
        *(item.studio_id for item in used),
        *(item.tenant_id for item in asking),
        *(item.terms.licensee_id for item in held),
    }
    names = {name: get_tenant(session, name).name for name in sorted(ids)}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def request_page(
    session: Session, acting: Whom, desk: Desk, request_id: str, month: str
) -> dict[str, Any]:
    """A request with its offers, what they would have earned, and what may be answered."""
    now, lang = utc_now(), desk.lang
    reached = reach(session, acting.side, request_id, now=now)
    item = reached.request
    if item.performer_id != acting.performer.id:
        raise NotFound("There is no such request.", next_step="Check whom you act for.")
    offer = newest_offer(session, item)
    turns = [turn.value for turn in may(item, Side.PERFORMER, now)]
    if may_undo(item, offer, Side.PERFORMER, now):
        turns.append(Turn.UNDO.value)
    return {
        **asked(session, item),
        "state": state_at(item, now).value,
        "said": told(offer.terms, lang, _named_titles(session, item)),
        "terms": terms_to_dict(offer.terms),
        "turns": turns,
        "concerns": as_told(
            session, acting.side, requests.concerns(session, reached, now=now), {}, now
        ),
        "preview": previews.of_request(session, acting.caller, request_id, period=month, now=now),
        "months": tried_months(now),
    }


_CLEARED = Verdict.CLEARED
_FILLED = frozenset({"performer_id", "licensee_id", "description", "valid_from", "tariff"})


def _answered(session: Session, acting: Whom, now: datetime) -> list[dict[str, Any]]:
    """Requests on which this side has no word to say now, the newest of them."""
    found = list_requests(session, acting.side, performer_id=acting.performer.id, limit=20, now=now)
    rest = [item for item in found if Turn.ACCEPT not in may(item, Side.PERFORMER, now)]
    rest = [item for item in rest if Turn.SIGN not in may(item, Side.PERFORMER, now)]
    return [{**asked(session, item), "state": state_at(item, now).value} for item in rest]


def _named_titles(session: Session, item: Request) -> dict[str, str]:
    """Titles of the studio's works that the studio itself named in its offers, and of no others.

    Nobody agrees to an id; what only the other side wrote there tells nothing of the studio's.
    """
    offers = list_offers(session, item)
    named = {name for one in offers if one.side is Side.STUDIO for name in one.terms.works}
    return called(session, system(item.tenant_id), named)


def _resting(session: Session, acting: Whom, ids: Collection[str]) -> list[PerformerClearance]:
    """The newest decisions that clear a use by one of these licences."""
    side = acting.side
    found = (
        part.use_id
        for name in ids
        for part in clearances.list_parts(session, side, licence_id=name, limit=RESTING_MAX)
    )
    newest = clearances.newest_parts(session, side, acting.performer.id, set(found)).values()
    return [one for one in newest if one.licence_id in ids and one.verdict is _CLEARED]


def _cuts(session: Session, acting: Whom, ids: set[str], now: datetime) -> list[SeenUse]:
    """The uses that a revocation would have decided again, those to come first."""
    found = useseen.uses_of(session, acting.side, acting.performer.id, at=now, limit=RESTING_MAX)
    rests = [item for item in found if item.use.id in ids]
    return sorted(rests, key=lambda item: item.out)


def _stances(session: Session, performer_id: str) -> Sequence[Any]:
    return standings.standings_known(session, [performer_id]).get(performer_id, ())


def _pauses(session: Session, acting: Whom, desk: Desk, now: datetime) -> list[dict[str, Any]]:
    """What is or was suspended: by the performer alone, and by groups that the performer is in.

    Each of the performer's own with what the reader's word does to it, and whose is lacking.
    """
    who = acting.performer.id
    found = suspensions.suspensions_known(session, [who], seq=EVER).get(who, ())
    asked = resuming.asked_for(session, acting.side)
    words = {
        item.id: resuming.word(session, acting.side, item.id, who, now)
        for item in found
        if item.own
    }
    lacking = {one.lacks for one in words.values()} - {""}
    names = _guardians(session, acting, desk) if lacking else {}
    return [
        {
            "pause": item,
            "state": _pause_state(item, now),
            "asked": item.id in asked,
            "word": words[item.id].step.value if item.own else "",
            "lacks": names.get(words[item.id].lacks, "") if item.own else "",
        }
        for item in sorted(found, key=lambda item: item.since_seq, reverse=True)
    ]


def _guardians(session: Session, acting: Whom, desk: Desk) -> dict[str | None, str]:
    """A child's guardians by their accounts, as they are called."""
    found = guardians.list_guardians(session, acting.side, acting.performer.id)
    return {one.person: open_guardian(desk.world.vault, one) for one in found if one.person}


def _pause_state(item: Suspension, now: datetime) -> str:
    if item.lifted_at is not None and item.lifted_at <= now:
        return "over"
    return "coming" if now < item.since else "force"


def _own(session: Session, acting: Whom, licence_id: str) -> Licence:
    item = licences.get_licence(session, acting.side, licence_id)
    if item.terms.performer_id != acting.performer.id:
        raise NotFound("There is no such licence.", next_step="Check whom you act for.")
    return item
