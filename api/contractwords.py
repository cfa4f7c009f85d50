"""Contract templates as data and in words, for the API, the page and the command line alike."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from api.contractforms import (
    ClauseWordsOut,
    ComparedTemplatesOut,
    FilledTemplateOut,
    TemplateBodyOut,
    TemplateOut,
    TemplateSummaryOut,
)
from api.ruleforms import BothOut
from core.clock import to_text
from core.errors import BadTerms
from fingerprint.models import Reason
from licensing.models import Terms
from licensing.rulepacks.models import Words
from licensing.service.templates import Shelved
from licensing.templates.comparing import deviations, differences
from licensing.templates.filling import filled, no_advice, refused, text_in
from licensing.templates.models import Clause, Refusal, Template
from licensing.templates.naming import name_of, value_of
from licensing.templates.prose import deviation_lines, difference_lines
from licensing.templates.reading import digest, template_to_dict
from licensing.terms import terms_from_dict


def summary(item: Shelved) -> TemplateSummaryOut:
    """A template in a list; `tenant_id` is empty for the registry's own."""
    template = item.template
    return {
        "id": template.id,
        "version": template.version,
        "title": _both(template.title),
        "summary": _both(template.summary),
        "home_territories": list(template.home_territories),
        "published_at": to_text(template.published_at),
        "digest": digest(template),
        "tenant_id": item.tenant_id,
    }


def whole(item: Shelved) -> TemplateOut:
    """A template with all its words; the fields of `body` can be published again, changed."""
    return {
        **summary(item),
        "body": cast(TemplateBodyOut, template_to_dict(item.template)),
        "no_advice": _in_both(no_advice),
    }


def compared(old: Template, new: Template) -> ComparedTemplatesOut:
    """What changed between two templates, as sentences in both languages."""
    found = differences(old, new)
    return {
        "before": {"id": old.id, "version": old.version},
        "after": {"id": new.id, "version": new.version},
        "lines": {"en": difference_lines(found, "en"), "de": difference_lines(found, "de")},
    }


def completed(
    template: Template, answers: Mapping[str, object], at: datetime
) -> tuple[dict[str, object], Terms]:
    """A contract filled in: fields of a terms file, and the terms that they are.

    Raises `BadTerms` for what is not filled in or malformed, and for what the contract refuses.
    """
    fields = filled(template, answers)
    terms = terms_from_dict(fields)
    against = refused(template, terms, at)
    if against:
        raise BadTerms(
            "This contract is not made for: " + " ".join(item.words.en for item in against),
            next_step="Change the answers, or choose another contract.",
            code="template-refuses",
            reasons=[_refusal(template, item) for item in against],
        )
    return fields, terms


def deviating(template: Template, terms: Terms, lang: str) -> list[str]:
    """How terms deviate from the template, a sentence each."""
    return deviation_lines(deviations(template, terms), lang)


def clauses(template: Template, fields: Mapping[str, object], lang: str) -> list[dict[str, str]]:
    """The clauses filled in, in one language."""
    return [
        {
            "title": clause.title.said(lang),
            "plain": text_in(clause.plain.said(lang), fields, lang),
            "legal": text_in(clause.legal.said(lang), fields, lang),
        }
        for clause in template.clauses
    ]


def agreed(template: Template, fields: Mapping[str, object], terms: Terms) -> FilledTemplateOut:
    """The filled-in terms, how they deviate from the template, and the words they stand for."""
    return {
        "terms": dict(fields),
        "deviations": {
            "en": deviating(template, terms, "en"),
            "de": deviating(template, terms, "de"),
        },
        "clauses": [_clause(clause, fields) for clause in template.clauses],
    }


def for_page(template: Template, lang: str) -> dict[str, Any]:
    """A template as its page shows it in one language."""
    return {
        "id": template.id,
        "version": template.version,
        "digest": digest(template),
        "title": template.title.said(lang),
        "summary": template.summary.said(lang),
        "home": ", ".join(template.home_territories),
        "clauses": [
            {
                "id": clause.id,
                "title": clause.title.said(lang),
                "plain": _open(template, clause.plain, lang),
                "legal": _open(template, clause.legal, lang),
            }
            for clause in template.clauses
        ],
        "refuses": [item.words.said(lang) for item in template.refuses],
        "fields": [(item.label.said(lang), item.optional) for item in template.fields],
        "defaults": [
            (name_of(name, lang), value_of(name, value, lang))
            for name, value in template.defaults.items()
        ],
        "term": _term(template.term, lang),
        "no_advice": no_advice(lang),
    }


def _refusal(template: Template, item: Refusal) -> Reason:
    said = {"words": item.words.en, "words_de": item.words.de}
    return Reason("template-refuses", {"template": template.id, **said})


def _open(template: Template, words: Words, lang: str) -> str:
    return text_in(words.said(lang), template.defaults, lang, open_blanks=True)


def _term(term: str, lang: str) -> str:
    years, _, rest = term.removeprefix("P").partition("Y") if "Y" in term else ("", "", term[1:])
    words = {"en": ("years", "year", "days"), "de": ("Jahre", "Jahr", "Tage")}
    many, one, days = words["de" if lang.startswith("de") else "en"]
    said = [f"{years} {one if years == '1' else many}"] if years else []
    return ", ".join([*said, *([f"{rest.removesuffix('D')} {days}"] if rest else [])])


def _clause(clause: Clause, fields: Mapping[str, object]) -> ClauseWordsOut:
    return {
        "title": _both(clause.title),
        "plain": _in_both(lambda lang: text_in(clause.plain.said(lang), fields, lang)),
        "legal": _in_both(lambda lang: text_in(clause.legal.said(lang), fields, lang)),
    }


def _in_both(said: Callable[[str], str]) -> BothOut:
    return {"en": said("en"), "de": said("de")}


def _both(words: Words) -> BothOut:
    return {"en": words.en, "de": words.de}
