"""The terms of a licence as lines of words: what is allowed, where, how long, for how much."""

from collections.abc import Mapping

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


def told(
    terms: Terms, lang: str, titles: Mapping[str, str] | None = None
) -> list[tuple[str, str, bool]]:
    """(what it is called, what it says, whether somebody wrote it) of all that the terms say.

    Works and cuts are called by `titles`, as far as these know their ids.
    """
    known = titles or {}
    fields = terms_to_dict(terms)
    fields["works"] = [known.get(name, name) for name in terms.works]
    return [
        (name_of(name, lang), _value(terms, name, fields[name], lang), name in _WRITTEN)
        for name in LINES
        if fields.get(name) not in (None, "", [], 0)
    ]


def _value(terms: Terms, name: str, value: object, lang: str) -> str:
    if name in _DAYS:
        return texts.day(lang, getattr(terms, name))
    return value_of(name, value, lang)
