"""What pages of a studio's requests show: whom it may ask, what it would say, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api import contractwords, fieldfaults
from api.offerform import OWN, SIMPLE, Written, moment
from api.paging import Window, page
from api.performer.termwords import told
from api.web.texts import text
from core.clock import from_text
from core.errors import EbenbildError, NotFound
from core.principal import Principal, holds, require
from core.tenants import get_tenant
from licensing.models import Terms
from licensing.models_requests import Request, Side, Turn
from licensing.negotiation import check_message, expiry, may, may_undo, state_at
from licensing.service import requests, templates
from licensing.service.knownperformers import known_performers
from licensing.service.requestsides import list_offers, list_requests, newest_offer, reach
from licensing.templates.models import Template
from licensing.templates.naming import name_of
from licensing.terms import terms_to_dict
from registry.service.titles import called, titles
from royalties.closing import month_of
from royalties.service import previews, tariffs
from royalties.tariffs.times import in_force_in

SCOPE = "submissions"
REPORTS = "reports"
# What a price comes to is said of as much of a use, so that nobody has to multiply.
EXAMPLES = {"per_minute": 10, "per_view": 10_000}


@dataclass(frozen=True, slots=True)
class Studio:
    """Who asks, in which language, when."""

    principal: Principal
    lang: str
    now: datetime


def list_page(session: Session, studio: Studio, window: Window) -> dict[str, Any]:
    """Every request that this studio made, newest first."""
    require(studio.principal, SCOPE)
    found = list_requests(
        session,
        studio.principal,
        before_seq=window.before_seq,
        limit=window.limit,
        now=studio.now,
    )
    own = [item for item in found[: window.shown_max] if _is_own(studio, item)]
    shown = page(found, window, lambda item: item.id, cursor=lambda item: item.seq)
    known = known_performers(session, studio.principal)
    return {
        "items": [_row(session, studio, item, known) for item in own],
        "more": shown.next_cursor,
    }


def choose_page(session: Session, studio: Studio, performer_id: str) -> dict[str, Any]:
    """The contracts there are, the registry's own and those that organisations published."""
    require(studio.principal, SCOPE)
    found = templates.list_templates(session, studio.principal)
    return {
        "contracts": [contractwords.for_page(item.template, studio.lang) for item in found],
        "performer_id": performer_id,
    }


def fill_page(
    session: Session, studio: Studio, template_id: str, written: Written
) -> dict[str, Any]:
    """The form of a contract, and once it is filled in what would be asked; raises `NotFound`.

    `error` is what is wrong with what was filled in.
    """
    require(studio.principal, SCOPE)
    template = templates.get(session, studio.principal, template_id)
    preview: Mapping[str, Any] | None = None
    error: EbenbildError | None = None
    if written.is_sent:
        try:
            preview = _preview(session, studio, template, written)
        except EbenbildError as exc:
            error = exc
    return {
        "c": contractwords.for_page(template, studio.lang),
        "w": written,
        "fields": [
            (item.name, item.label.said(studio.lang), item.optional)
            for item in template.fields
            if item.name not in OWN
        ],
        "territories": " ".join(_words(template.defaults.get("territories"))),
        "known": known_performers(session, studio.principal),
        "works": sorted(titles(session, studio.principal).items(), key=lambda each: each[1]),
        "simple": [kind.value for kind in SIMPLE],
        "tariffs": _tariffs(session, studio),
        "today": f"{studio.now:%Y-%m-%d}",
        "preview": preview,
        "error": error,
        "faulty": [] if error is None else [_called(studio, name) for name in error.fields],
    }


def request_page(session: Session, studio: Studio, request_id: str) -> dict[str, Any]:
    """One request of this studio: what is on the table, and what may be answered."""
    require(studio.principal, SCOPE)
    item = reach(session, studio.principal, request_id, now=studio.now).request
    if not _is_own(studio, item):
        raise NotFound("There is no such request.", next_step="List the requests.")
    offer = newest_offer(session, item)
    turns = [turn.value for turn in may(item, Side.STUDIO, studio.now)]
    if may_undo(item, offer, Side.STUDIO, studio.now):
        turns.append(Turn.UNDO.value)
    known = known_performers(session, studio.principal)
    return {
        **_row(session, studio, item, known),
        **_said(session, studio, offer.terms, known),
        "terms": terms_to_dict(offer.terms),
        "turns": turns,
        "before": [
            (one, told(one.terms, studio.lang, called(session, studio.principal, one.terms.works)))
            for one in list_offers(session, item)[-2::-1]
        ],
    }


def _preview(
    session: Session, studio: Studio, template: Template, written: Written
) -> dict[str, Any]:
    """Exactly what would be sent, in words and money; raises as sending it would."""
    priced = {one.id: one.currency for one in _tariffs(session, studio)}
    currency = priced.get(written.one("per"), "EUR")
    answers = written.answers(template, studio.principal.tenant_id, currency)
    _, read = contractwords.completed(template, answers, studio.now)
    agreed = tariffs.agreed_terms(session, studio.principal, read)
    terms = requests.askable(session, studio.principal, agreed, now=studio.now)
    answer_by = moment(written.one("expires_at"), "expires_at") if written.one("expires_at") else ""
    until = expiry(from_text(answer_by) if answer_by else None, studio.now)
    return {
        **_said(session, studio, terms, known_performers(session, studio.principal)),
        "deviations": contractwords.deviating(template, terms, studio.lang),
        "terms": terms_to_dict(terms),
        "message": check_message(written.one("message")),
        "until": until,
        "expires_at": answer_by,
    }


def _said(
    session: Session, studio: Studio, terms: Terms, known: Mapping[str, str]
) -> dict[str, Any]:
    """Terms in words and in money."""
    names = called(session, studio.principal, terms.works)
    rate, per = terms.tariff.rate_micro, terms.tariff.kind.value
    return {
        "performer_id": terms.performer_id,
        "called": known.get(terms.performer_id, ""),
        "said": told(terms, studio.lang, names),
        "clauses": _clauses(session, studio, terms, known, names),
        "currency": terms.tariff.currency,
        "example": (per, EXAMPLES[per], rate * EXAMPLES[per]) if per in EXAMPLES else None,
        "tried": previews.of_terms(session, studio.principal, terms, now=studio.now)
        if holds(studio.principal, REPORTS)
        else None,
    }


def _clauses(
    session: Session,
    studio: Studio,
    terms: Terms,
    known: Mapping[str, str],
    names: Mapping[str, str],
) -> list[dict[str, str]]:
    """The contract that the terms pin, with its blanks filled in; nothing where they pin none."""
    if terms.template is None:
        return []
    pinned = terms.template
    template = templates.get(session, studio.principal, pinned.id, pinned.version)
    fields = {
        **terms_to_dict(terms),
        "works": [names.get(name, name) for name in terms.works],
        "performer": known.get(terms.performer_id)
        or text(studio.lang, "offers.nameless", end=terms.performer_id[-6:]),
        "licensee": get_tenant(session, studio.principal.tenant_id).name,
    }
    return contractwords.clauses(template, fields, studio.lang)


def _row(
    session: Session, studio: Studio, item: Request, known: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "request": item,
        "offer": newest_offer(session, item),
        "called": known.get(item.performer_id, ""),
        "state": state_at(item, studio.now).value,
    }


def _is_own(studio: Studio, item: Request) -> bool:
    return item.tenant_id == studio.principal.tenant_id


def _tariffs(session: Session, studio: Studio) -> list[Any]:
    """Published tariffs that hold this month."""
    month = month_of(studio.now)
    found = tariffs.list_tariffs(session, studio.principal)
    return [one.tariff for one in found if in_force_in(one.tariff, month)]


def _called(studio: Studio, field: str) -> str:
    """What people call a field of a terms file."""
    return fieldfaults.label(studio.lang, [field]) or name_of(field, studio.lang)


def _words(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list | tuple) else [str(value or "*")]
