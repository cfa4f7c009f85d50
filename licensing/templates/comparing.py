"""What differs: terms from the standard they rest on, one version of a template from another."""

from collections.abc import Iterable, Mapping
from dataclasses import fields as fields_of
from enum import StrEnum

from licensing.conditions import PLAIN, formation_to_dict
from licensing.models import Formation, Terms
from licensing.rulepacks.models import Words
from licensing.templates.filling import ends
from licensing.templates.models import Change, ChangeKind, Clause, Refusal, Template
from licensing.terms import terms_to_dict

_TERM = "term"
# What names something or says it in the parties' own words is no deviation.
_NAMED = frozenset(
    {"template", "framework_id", "framework_version", "framework_digest"}
    | {"description", "parent_licence_id"}
)


def deviations(template: Template, terms: Terms) -> tuple[Change, ...]:
    """Every default that these terms change, in the order of the template.

    What the parties fill in is no deviation, unless the template has a default for it.
    """
    agreed = _complete(terms_to_dict(terms))
    standard = _complete(template.defaults)
    open_fields = {item.name for item in template.fields} - template.defaults.keys()
    found = [
        Change("term", name, ChangeKind.CHANGED, _plain(standard[name]), _plain(agreed.get(name)))
        for name in standard
        if name not in open_fields and not _alike(standard[name], agreed.get(name))
    ]
    limit = ends(template.term, terms.valid_from)
    if terms.valid_until > limit:
        before, after = limit.date().isoformat(), terms.valid_until.date().isoformat()
        found.append(Change("term", "valid_until", ChangeKind.CHANGED, before, after))
    return tuple(found)


def differences(old: Template, new: Template) -> tuple[Change, ...]:
    """All that changed from `old` to `new`: words, terms, refusals, clauses, fields."""
    return (
        *_words("title", old.title, new.title),
        *_words("summary", old.summary, new.summary),
        *_values(_all_terms(old), _all_terms(new)),
        *_parts("refusal", old.refuses, new.refuses),
        *_parts("clause", old.clauses, new.clauses),
        *_names({f.name for f in old.fields}, {f.name for f in new.fields}),
    )


def _all_terms(template: Template) -> dict[str, object]:
    places = list(template.home_territories)
    return {**template.defaults, _TERM: template.term, "home_territories": places}


def _values(old: Mapping[str, object], new: Mapping[str, object]) -> Iterable[Change]:
    before, after = _complete(old), _complete(new)
    for name in dict.fromkeys((*before, *after)):
        first, second = before.get(name), after.get(name)
        if not _alike(first, second):
            yield Change("term", name, ChangeKind.CHANGED, _plain(first), _plain(second))


def _parts(
    part: str, old: Iterable[Clause | Refusal], new: Iterable[Clause | Refusal]
) -> Iterable[Change]:
    before, after = {item.id: item for item in old}, {item.id: item for item in new}
    for name, item in before.items():
        if name not in after:
            yield Change(part, name, ChangeKind.REMOVED, _said(item), None, _titled(item))
    for name, item in after.items():
        if name not in before:
            yield Change(part, name, ChangeKind.ADDED, None, _said(item), _titled(item))
        elif before[name] != item:
            first = _said(before[name])
            yield Change(part, name, ChangeKind.CHANGED, first, _said(item), _titled(item))


def _words(name: str, old: Words, new: Words) -> Iterable[Change]:
    if old != new:
        yield Change(name, name, ChangeKind.CHANGED, old, new)


def _names(old: set[str], new: set[str]) -> Iterable[Change]:
    for name in sorted(old ^ new):
        yield Change("field", name, ChangeKind.ADDED if name in new else ChangeKind.REMOVED)


def _said(item: Clause | Refusal) -> Words:
    return item.plain if isinstance(item, Clause) else item.words


def _titled(item: Clause | Refusal) -> Words:
    return item.title if isinstance(item, Clause) else item.words


def _complete(data: Mapping[str, object]) -> dict[str, object]:
    """Fields with what their absence says, so that only real differences show."""
    found: dict[str, object] = {}
    for name, plain in PLAIN.items():
        if name not in _NAMED:
            found[name] = _plain(data.get(name, plain))
    given = data.get("formation")
    flags = formation_to_dict(Formation())
    found["formation"] = {**flags, **(given if isinstance(given, Mapping) else {})}
    for name, value in data.items():
        found.setdefault(name, _plain(value))
    return found


def _plain(value: object) -> object:
    if isinstance(value, Formation):
        return {item.name: getattr(value, item.name) for item in fields_of(value)}
    if isinstance(value, StrEnum):
        return value.value
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _alike(first: object, second: object) -> bool:
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return sorted(map(repr, first)) == sorted(map(repr, second))
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return dict(first) == dict(second)
    return _listed(first) == _listed(second)


def _listed(value: object) -> object:
    return ["*"] if value == "*" else value
