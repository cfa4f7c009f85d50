"""Templates from plain data and back, shipped files and an organisation's own by one reader.

Whatever comes from outside is bounded and refused with the name of the part. Text is filled in by
known names only and is never a format that could reach into the program.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.canonical import canonical
from core.clock import from_text, to_text
from core.errors import BadInput, BadTerms, EbenbildError
from licensing.conditions import PLAIN
from licensing.rulepacks.models import Group, Words
from licensing.rulepacks.packs import read_group
from licensing.templates.models import Basis, Clause, Field, Refusal, Template
from licensing.templates.naming import NAMES
from registry.territories import check_territories

TEXT_MAX = 8_000
PARTS_MAX = 60
BYTES_MAX = 400_000
TERM = re.compile(r"P(?:([1-9]\d?)Y)?(?:([1-9]\d{0,3})D)?")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
DEFAULTS = frozenset(
    {"kinds", "modalities", "territories", "languages", "media", "works", "seconds_max"}
    | {"contexts_prohibited", "label_ai", "tariff", *PLAIN}
) - {"template", "parent_licence_id", "framework_version", "framework_digest"}
FIELDS = DEFAULTS | {"performer_id", "licensee_id", "valid_from", "valid_until"}
_MUST = {"title", "summary", "home_territories", "term", "defaults", "fields", "refuses", "clauses"}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


def template_from_dict(
    data: Mapping[str, object], *, id: str, version: str, at: datetime
) -> Template:
    """Read the body of a template; raises BadTerms naming the part that cannot be used."""
    try:
        return _template(data, id, version, at)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as exc:
        raise BadTerms(
            f"The contract template cannot be read: {exc}", next_step=_SHAPE, code="bad-template"
        ) from exc


def template_to_dict(template: Template) -> dict[str, object]:
    """JSON-ready body, without id, version and day; inverse of `template_from_dict`."""
    body: dict[str, object] = {
        "title": _both(template.title),
        "summary": _both(template.summary),
        "home_territories": list(template.home_territories),
        "term": template.term,
        "defaults": dict(template.defaults),
        "fields": [
            {"name": item.name, "label": _both(item.label), "optional": item.optional}
            for item in template.fields
        ],
        "refuses": [
            {"id": item.id, "words": _both(item.words), "must": [_plain(g) for g in item.must]}
            for item in template.refuses
        ],
        "clauses": [
            {
                "id": item.id,
                "title": _both(item.title),
                "plain": _both(item.plain),
                "legal": _both(item.legal),
            }
            for item in template.clauses
        ],
    }
    if template.based_on is not None:
        body["based_on"] = {"id": template.based_on.id, "version": template.based_on.version}
    return body


def digest(template: Template) -> str:
    """SHA-256 over the canonical form (RFC 8785) of id, version, day and body, as hex."""
    whole = {
        "id": template.id,
        "version": template.version,
        "published_at": to_text(template.published_at),
        **template_to_dict(template),
    }
    return hashlib.sha256(canonical(whole)).hexdigest()


_SHAPE = (
    "See the guide to standard contracts, or start from a standard with `template show --json`."
)


def _template(data: Mapping[str, Any], id: str, version: str, at: datetime) -> Template:
    _fields(data, _MUST, {"based_on"}, "template")
    if not TERM.fullmatch(data["term"]) or data["term"] == "P":
        raise ValueError("term is no ISO 8601 duration of years and days")
    template = Template(
        id=id,
        version=version,
        published_at=at,
        title=_words(data["title"], "title"),
        summary=_words(data["summary"], "summary"),
        home_territories=_territories(data["home_territories"]),
        term=data["term"],
        defaults=_defaults(data["defaults"]),
        fields=tuple(_field(item) for item in _list(data["fields"], "fields")),
        refuses=tuple(_refusal(item) for item in _list(data["refuses"], "refuses")),
        clauses=tuple(_clause(item) for item in _list(data["clauses"], "clauses")),
        based_on=_basis(data["based_on"]) if "based_on" in data else None,
    )
    for what, names in (
        ("fields", [item.name for item in template.fields]),
        ("refuses", [item.id for item in template.refuses]),
        ("clauses", [item.id for item in template.clauses]),
    ):
        if len(set(names)) < len(names):
            raise ValueError(f"{what} name one part twice")
    if not template.clauses:
        raise ValueError("a contract has clauses")
    if len(canonical(template_to_dict(template))) > BYTES_MAX:
        raise ValueError(f"it is larger than {BYTES_MAX} bytes")
    return template


def _defaults(data: Mapping[str, Any]) -> Mapping[str, object]:
    _fields(data, set(), set(DEFAULTS), "defaults")
    try:
        canonical(data)
    except EbenbildError as exc:
        raise ValueError("defaults hold what no terms file can") from exc
    return dict(data)


def _field(data: Mapping[str, Any]) -> Field:
    _fields(data, {"name", "label"}, {"optional"}, "fields")
    if data["name"] not in FIELDS:
        raise ValueError("fields name what is no field of a terms file")
    optional = data.get("optional", False)
    if not isinstance(optional, bool):
        raise ValueError("fields.optional must be true or false")
    return Field(data["name"], _words(data["label"], "fields.label"), optional)


def _refusal(data: Mapping[str, Any]) -> Refusal:
    _fields(data, {"id", "words", "must"}, set(), "refuses")
    groups = tuple(read_group(group) for group in _list(data["must"], "refuses.must"))
    if not groups:
        raise ValueError("refuses.must is empty")
    return Refusal(_name(data["id"]), _words(data["words"], "refuses.words"), groups)


def _clause(data: Mapping[str, Any]) -> Clause:
    _fields(data, {"id", "title", "plain", "legal"}, set(), "clauses")
    clause = Clause(
        id=_name(data["id"]),
        title=_words(data["title"], "clauses.title"),
        plain=_words(data["plain"], "clauses.plain"),
        legal=_words(data["legal"], "clauses.legal"),
    )
    for words in (clause.title, clause.plain, clause.legal):
        for text in (words.en, words.de):
            _check_placeholders(text)
    return clause


def _check_placeholders(text: str) -> None:
    named = set(PLACEHOLDER.findall(text))
    if not named <= NAMES or "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
        raise ValueError(f"clauses may fill in only: {', '.join(sorted(NAMES))}")


def _basis(data: Mapping[str, Any]) -> Basis:
    _fields(data, {"id", "version"}, set(), "based_on")
    return Basis(_text(data["id"], "based_on.id"), _text(data["version"], "based_on.version"))


def _territories(value: Any) -> tuple[str, ...]:
    codes = [_text(item, "home_territories") for item in _list(value, "home_territories", 300)]
    try:
        return check_territories(codes)
    except BadInput as exc:
        raise ValueError("home_territories hold an unknown code") from exc


def _list(value: Any, what: str, most: int = PARTS_MAX) -> Sequence[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > most:
        raise ValueError(f"{what} must be a list of at most {most}")
    return value


def _words(value: Any, what: str) -> Words:
    _fields(value, {"en", "de"}, set(), what)
    return Words(_text(value["en"], what), _text(value["de"], what))


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_MAX:
        raise ValueError(f"{what} must be a text of 1 to {TEXT_MAX} characters")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("an id is lower-case letters, digits and hyphens")
    return value


def _fields(data: Any, must: set[str], may: set[str], what: str) -> None:
    if not isinstance(data, Mapping):
        raise ValueError(f"{what} must be a table of fields")
    missing, unknown = sorted(must - data.keys()), len(data.keys() - must - may)
    if missing or unknown:
        named = f"missing {', '.join(missing)}" if missing else f"{unknown} unknown fields"
        raise ValueError(f"{what}: {named}")


def _both(words: Words) -> dict[str, str]:
    return {"en": words.en, "de": words.de}


def _plain(group: Group) -> dict[str, object]:
    return {name: _listed(value) for name, value in group.items()}


def _listed(value: object) -> object:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def from_file(data: Mapping[str, Any], common: Mapping[str, Any]) -> Template:
    """A shipped template: clauses are named in order and lie in `own` or in the common file."""
    own = data.get("own", {})
    clauses = [{"id": name, **(own.get(name) or common[name])} for name in data["clauses"]]
    outside = {"id", "version", "published_at", "own", "clauses"}
    body = {name: value for name, value in data.items() if name not in outside}
    return template_from_dict(
        {**body, "clauses": clauses},
        id=data["id"],
        version=data["version"],
        at=from_text(data["published_at"]),
    )
