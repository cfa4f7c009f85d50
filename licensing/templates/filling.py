"""From a template to the terms of a licence, and to the words that are signed beside them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from core.clock import from_text, to_text
from core.errors import BadInput, BadTerms
from licensing.assets import contract_words
from licensing.models import TemplateRef, Terms
from licensing.rulepacks.conditions import any_of, holds
from licensing.rulepacks.models import ConsentFacts
from licensing.rulepacks.times import years_after
from licensing.templates.models import Refusal, Template
from licensing.templates.naming import name_of, value_of
from licensing.templates.reading import PLACEHOLDER, TERM, digest

_FORMATION = "formation"


def filled(template: Template, answers: Mapping[str, object]) -> dict[str, object]:
    """Fields of a terms file: the defaults, the answers over them, and the pinned template.

    Without `valid_until` the term is the template's. Raises BadTerms naming what is not filled in.
    """
    terms: dict[str, object] = {**template.defaults, **answers}
    if isinstance(answers.get(_FORMATION), Mapping):
        terms[_FORMATION] = {
            **_table(template.defaults.get(_FORMATION)),
            **_table(answers[_FORMATION]),
        }
    missing = [
        item.name for item in template.fields if not item.optional and not terms.get(item.name)
    ]
    if missing:
        raise BadTerms(
            f"Not filled in: {', '.join(missing)}.",
            next_step="Fill in these fields; `template show` says what each one is.",
            code="not-filled-in",
            fields=missing,
        )
    if not terms.get("valid_until"):
        terms["valid_until"] = to_text(ends(template.term, _start(terms.get("valid_from"))))
    pinned = pin(template)
    terms["template"] = {"id": pinned.id, "version": pinned.version, "digest": pinned.digest}
    return terms


def pin(template: Template) -> TemplateRef:
    """What a licence keeps of the template."""
    return TemplateRef(template.id, template.version, digest(template))


def refused(template: Template, terms: Terms, at: datetime) -> tuple[Refusal, ...]:
    """What the template refuses and these terms ask for."""
    facts = ConsentFacts(terms, territories=terms.territories)
    return tuple(
        item
        for item in template.refuses
        if any_of(holds(group, facts, at) for group in item.must) is False
    )


def ends(term: str, start: datetime) -> datetime:
    """When a term that begins at `start` ends, in calendar years and days."""
    match = TERM.fullmatch(term)
    assert match is not None
    years, days = (int(part or 0) for part in match.groups())
    first = start.astimezone(UTC)
    whole = datetime.combine(years_after(first.date(), years), first.timetz())
    # The calendar ends in the year 9999, and with it the longest term.
    return whole + min(timedelta(days=days), datetime.max.replace(tzinfo=UTC) - whole)


def text_in(text: str, terms: Mapping[str, object], lang: str, *, open_blanks: bool = False) -> str:
    """A clause with its blanks filled in from fields of a terms file.

    What the terms do not say reads as nothing, or with `open_blanks` as the name of the blank.
    """

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        value = _value(terms, name)
        if open_blanks and not value:
            return f"[{name_of(name, lang)}]"
        return value_of(name, value, lang)

    return PLACEHOLDER.sub(fill, text)


def no_advice(lang: str) -> str:
    """What every contract is shown with."""
    return contract_words(lang)["no-advice"]


def _value(terms: Mapping[str, object], name: str) -> object:
    if name == "price":
        return terms.get("tariff")
    if name in {"performer", "licensee"}:
        return terms.get(name) or terms.get(f"{name}_id")
    if name == "court_approval_ref":
        return _table(terms.get(_FORMATION)).get(name)
    return terms.get(name)


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _start(value: object) -> datetime:
    try:
        return from_text(str(value))
    except BadInput as exc:
        raise BadTerms(
            "valid_from must be a UTC time.",
            next_step="Write it as 2026-11-21T10:00:00Z.",
            fields=("valid_from",),
        ) from exc
