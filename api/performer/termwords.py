"""The terms of a licence as lines of words: what is allowed, where, how long, for how much."""

from api.web import texts
from licensing.models import Terms
from licensing.templates.naming import name_of, value_of
from licensing.terms import terms_to_dict

# In the order in which people ask; what a licence does not say is left out.
LINES = (
    "kinds",
    "modalities",
    "description",
    "tariff",
    "valid_from",
    "valid_until",
    "works",
    "territories",
    "languages",
    "media",
    "formats",
    "stages",
    "seconds_max",
    "uses_max",
    "contexts_prohibited",
    "label_ai",
    "approval_per_cut",
    "use_notice_hours",
    "termination_notice_days",
    "exclusive",
    "sublicensable",
    "post_mortem",
)
# In whatever language its author wrote.
_WRITTEN = frozenset({"description"})
_DAYS = frozenset({"valid_from", "valid_until"})


def told(terms: Terms, lang: str) -> list[tuple[str, str, bool]]:
    """(what it is called, what it says, whether somebody wrote it) of all that the terms say."""
    fields = terms_to_dict(terms)
    return [
        (name_of(name, lang), _value(terms, name, fields[name], lang), name in _WRITTEN)
        for name in LINES
        if fields.get(name) not in (None, "", [], 0)
    ]


def _value(terms: Terms, name: str, value: object, lang: str) -> str:
    if name in _DAYS:
        return texts.day(lang, getattr(terms, name))
    return value_of(name, value, lang)
