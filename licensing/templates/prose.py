"""Differences as sentences, English or German, that read without the documents beside them."""

from collections.abc import Iterable, Mapping

from licensing.assets import contract_words
from licensing.rulepacks.models import Words
from licensing.templates.models import Change, ChangeKind
from licensing.templates.naming import name_of, value_of


def deviation_lines(changes: Iterable[Change], lang: str) -> list[str]:
    """How terms differ from their standard, one sentence each."""
    words = contract_words(lang)
    return [
        words["deviates"].format(name=_upper(name_of(name, lang)), before=before, after=after)
        for change in changes
        for name, before, after in _values(change, lang)
    ]


def difference_lines(changes: Iterable[Change], lang: str) -> list[str]:
    """How one version differs from the one before, one sentence each."""
    return [line for change in changes for line in _lines(change, lang)]


def _lines(change: Change, lang: str) -> list[str]:
    words = contract_words(lang)
    if change.part == "term":
        return [
            words["changed.term"].format(name=_upper(name_of(name, lang)), before=one, after=other)
            for name, one, other in _values(change, lang)
        ]
    name = change.title.said(lang) or name_of(change.name, lang)
    sentence = words[f"{change.kind}.{change.part}"]
    return [sentence.format_map(_said(change, lang) | {"name": name.rstrip(".")})]


def _said(change: Change, lang: str) -> dict[str, str]:
    return {
        side: value.said(lang) if isinstance(value, Words) else ""
        for side, value in (("before", change.before), ("after", change.after))
    }


def _values(change: Change, lang: str) -> list[tuple[str, str, str]]:
    """(field, before, after); a table of fields gives one each for those that differ."""
    old, new = change.before, change.after
    if isinstance(old, Mapping) and isinstance(new, Mapping) and change.name != "tariff":
        return [
            (str(name), value_of(str(name), one, lang), value_of(str(name), other, lang))
            for name in dict.fromkeys((*old, *new))
            if (one := old.get(name)) != (other := new.get(name))
        ]
    before = value_of(change.name, change.before, lang)
    return [(change.name, before, value_of(change.name, change.after, lang))]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


CHANGES = tuple(
    f"{kind}.{part}"
    for part, kinds in {
        "term": (ChangeKind.CHANGED,),
        "title": (ChangeKind.CHANGED,),
        "summary": (ChangeKind.CHANGED,),
        "clause": tuple(ChangeKind),
        "refusal": tuple(ChangeKind),
        "field": (ChangeKind.ADDED, ChangeKind.REMOVED),
    }.items()
    for kind in kinds
)
"""Keys of the sentences that both languages must have."""
