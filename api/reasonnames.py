"""Names in place of the ids that reasons hold: of people, organisations, cuts and licences.

Reasons are kept with ids, since people and programs look things up by them; pages tell names.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.naming import named
from api.web.texts import LANGUAGES, day, text, word
from core.principal import Principal
from fingerprint.models import Reason
from licensing.models import Terms
from licensing.service import licences

_LICENCE = re.compile(r"\blic_[a-z2-7]{26}\b", re.ASCII)
_WHAT_MAX = 80


def with_names(
    session: Session,
    principal: Principal,
    reasons: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    now: datetime,
) -> list[dict[str, Any]]:
    """The same reasons as data, with names as far as the reader may know them; an id without one
    stays. `names` of performers come first.
    """
    ids = {found for one in reasons for said in _texts(one) for found in _LICENCE.findall(said)}
    terms = {one.id: one.terms for one in licences.licences_by_id(session, principal, ids)}

    def told(lang: str, said: str) -> str:
        if said in names:
            return names[said]
        if said in terms:
            return licence_name(lang, terms[said])
        return named(session, principal, said, now)

    return [{**one, "detail": _detail(one["detail"], told)} for one in reasons]


def as_told(
    session: Session,
    principal: Principal,
    reasons: Iterable[Reason],
    names: Mapping[str, str],
    now: datetime,
) -> list[dict[str, Any]]:
    """The same of reasons as values."""
    data = [{"code": one.code, "detail": one.detail} for one in reasons]
    return with_names(session, principal, data, names, now)


def claim_told(
    session: Session, principal: Principal, claim: Mapping[str, Any] | None, now: datetime
) -> Mapping[str, Any] | None:
    """What a line of money rests on, with names in what it waits for; nothing stays nothing."""
    if not claim or not claim["waits"]:
        return claim
    (waits,) = with_names(session, principal, [claim["waits"]], {}, now)
    return {**claim, "waits": waits}


def licence_name(lang: str, terms: Terms) -> str:
    """What a sentence calls a licence: what it is for, or the uses that it allows, and its end."""
    what = terms.description or ", ".join(word(lang, kind.value) for kind in terms.kinds)
    short = what if len(what) <= _WHAT_MAX else f"{what[:_WHAT_MAX].rstrip()} …"
    return text(lang, "licence.named", what=short, until=day(lang, terms.valid_until))


def _texts(one: Mapping[str, Any]) -> list[str]:
    return [said for said in one["detail"].values() if isinstance(said, str)]


def _detail(detail: Mapping[str, Any], told: Any) -> dict[str, Any]:
    """What differs by language stands beside itself, as a reason's words look for it."""
    first, *others = LANGUAGES
    found: dict[str, Any] = {}
    for key, said in detail.items():
        if not isinstance(said, str):
            found[key] = said
            continue
        found[key] = told(first, said)
        for lang in others:
            if (other := told(lang, said)) != found[key]:
                found[f"{key}_{lang}"] = other
    return found
