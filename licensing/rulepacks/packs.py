"""The packs that ship with the registry, read from TOML and checked field by field.

They are part of the program, so a broken file is a fault of the program and names itself.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from core.clock import from_text
from core.dated import Dated
from core.errors import Broken, EbenbildError
from licensing.models import ANY
from licensing.models_clearance import LabelDuty
from licensing.rulepacks.conditions import CHOICES, FLAGS, MEASURES
from licensing.rulepacks.models import Certainty, Group, Pack, Rule, Standing, Value, Verdict, Words
from registry.models.works import KindOfUse
from registry.territories import KNOWN

GROUPS = "kinds_of_one_group"
_PACK = {"id", "title", "standing", "jurisdiction", "territories", "valid_from", "recorded_at"} | {
    "source",
    "certainty",
    "rules",
}
_PACK_MAY = {"valid_until", "note", "union_only"}
_RULE = {"id", "clause", "source"}
_RULE_MAY = {"certainty", "verdict", "territories", "when", "unless", "must", "label"}


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """Every pack on file, in the order of their file names; raises Broken for a faulty file."""
    folder = files("licensing").joinpath("data", "packs")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(
        read_pack(entry.read_text("utf-8"), entry.name)
        for entry in sorted(found, key=lambda entry: entry.name)
    )


@cache
def label_duties() -> tuple[Dated[LabelDuty], ...]:
    """Every duty to label in the packs, in the order it was recorded."""
    packs = sorted(shipped_packs(), key=lambda pack: pack.recorded_at)
    return tuple(
        Dated(rule.label, pack.valid_from, pack.valid_until, pack.source, rule.certainty.value)
        for pack in packs
        for rule in pack.rules
        if rule.label is not None
    )


def read_pack(text: str, name: str) -> Pack:
    """One pack from TOML; raises Broken saying which part of `name` is wrong."""
    try:
        return _pack(tomllib.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError, EbenbildError) as exc:
        raise Broken(f"The rule pack {name} cannot be read: {exc}") from exc


def _pack(data: Mapping[str, Any]) -> Pack:
    _fields(data, _PACK, _PACK_MAY)
    certainty = Certainty(data["certainty"])
    rules = tuple(_rule(entry, certainty, data["jurisdiction"]) for entry in data["rules"])
    names = [rule.id for rule in rules]
    if len(set(names)) < len(names):
        raise ValueError("two rules have one id")
    until = data.get("valid_until")
    return Pack(
        id=_text(data["id"]),
        title=_words(data["title"]),
        standing=Standing(data["standing"]),
        jurisdiction=_text(data["jurisdiction"]),
        territories=_territories(data["territories"]),
        valid_from=from_text(data["valid_from"]),
        valid_until=None if until is None else from_text(until),
        recorded_at=from_text(data["recorded_at"]),
        source=_text(data["source"]),
        certainty=certainty,
        rules=rules,
        note=_words(data["note"]) if "note" in data else None,
        union_only=_flag(data.get("union_only", False)),
    )


def _rule(data: Mapping[str, Any], certainty: Certainty, jurisdiction: str) -> Rule:
    _fields(data, _RULE, _RULE_MAY)
    judged = "verdict" in data
    if not judged and data.keys() & {"when", "unless", "must"}:
        raise ValueError(f"{data['id']}: conditions without a verdict")
    clause = _words(data["clause"])
    return Rule(
        id=_text(data["id"]),
        clause=clause,
        source=_text(data["source"]),
        certainty=Certainty(data.get("certainty", certainty)),
        verdict=Verdict(data["verdict"]) if judged else None,
        territories=_territories(data.get("territories", [ANY])),
        when=read_group(data.get("when", {})),
        unless=tuple(read_group(group) for group in data.get("unless", [])),
        must=tuple(read_group(group) for group in data.get("must", [])),
        label=_label(data["id"], clause, jurisdiction, data["label"]) if "label" in data else None,
    )


def _label(name: str, clause: Words, jurisdiction: str, data: Mapping[str, Any]) -> LabelDuty:
    _fields(data, {"territories", "media", "kinds"}, {"schemes"})
    return LabelDuty(
        id=name,
        jurisdiction=jurisdiction,
        clause=clause.en,
        territories=_territories(data["territories"]),
        media=_texts(data["media"]),
        kinds=tuple(KindOfUse(kind) for kind in data["kinds"]),
        schemes=_texts(data.get("schemes", [])),
        clause_de=clause.de,
    )


def read_group(data: Mapping[str, Any]) -> Group:
    """A group of conditions; raises ValueError for one that nobody knows or that is malformed."""
    return {name: _value(name, value) for name, value in data.items()}


def _value(name: str, value: Any) -> Value:
    if name in FLAGS:
        return _flag(value)
    if name in MEASURES:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{name} wants a whole number")
        return value
    if name == GROUPS:
        return tuple(_kinds(group) for group in value)
    if name not in CHOICES:
        raise ValueError(f"there is no condition {name}")
    return _kinds(value) if name.startswith("kinds") else _texts(value)


def _kinds(value: Any) -> tuple[str, ...]:
    return tuple(KindOfUse(item).value for item in _texts(value))


def _territories(value: Any) -> tuple[str, ...]:
    codes = _texts(value)
    if codes != (ANY,) and not KNOWN.issuperset(codes):
        raise ValueError("a territory is no ISO 3166 code")
    return codes


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise ValueError("a list of texts is expected")
    return tuple(_text(item) for item in value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is expected")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is expected")
    return value


def _words(value: Mapping[str, Any]) -> Words:
    _fields(value, {"en", "de"}, set())
    return Words(_text(value["en"]), _text(value["de"]))


def _fields(data: Mapping[str, Any], must: set[str], may: set[str]) -> None:
    wrong = sorted(must - data.keys()) + sorted(data.keys() - must - may)
    if wrong:
        raise ValueError(f"missing or unknown: {', '.join(wrong)}")
