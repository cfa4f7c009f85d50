"""What the page of a framework shows: what a union asks for at least, and what changed last."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.principal import Principal
from licensing.frameworkchanges import framework_changes
from licensing.frameworks import in_force, minimums_to_dict
from licensing.models import ANY
from licensing.models_framework import Framework
from licensing.service import frameworks
from licensing.templates.naming import name_of, value_of
from licensing.templates.prose import difference_lines

AGREEMENT = "agreement"  # in whatever language the union wrote
_PRICES = {"rates": "tariff"}  # each reads as the price of a licence does


def framework_page(
    session: Session, principal: Principal, framework_id: str, *, lang: str, now: datetime
) -> dict[str, Any]:
    """The newest version in words, and how it differs from the one before; raises `NotFound`."""
    before, item = frameworks.two_versions(session, principal, framework_id, None, None)
    return {
        "facts": item.facts,
        "state": _state(item, now),
        "said": [
            (name_of(name, lang), value_of(_PRICES.get(name, name), value, lang), name == AGREEMENT)
            for name, value in _least(item)
        ],
        "before": before.facts.version,
        "changed": difference_lines(framework_changes(before.facts, item.facts), lang),
    }


def _least(item: Framework) -> Iterator[tuple[str, object]]:
    """Fields and values of what a licence gives at least; what nothing is asked of is left out."""
    least = minimums_to_dict(item.facts.minimums)
    yield AGREEMENT, item.facts.agreement
    yield "kinds", least["kinds"] or ANY
    if least["rates"]:
        yield "rates", least["rates"]
    for name in ("use_notice_hours", "description_words_min"):
        if least[name]:
            yield name, least[name]
    for name in ("suspension", "members_only"):
        yield name, least[name]


def _state(item: Framework, now: datetime) -> str:
    if in_force(item, now):
        return "force"
    return "coming" if now < item.facts.valid_from else "over"
