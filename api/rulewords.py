"""Rule packs as data and in words, for the API, the page and the command line alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.clock import to_text
from core.errors import NotFound
from licensing.rulepacks.explaining import alternatives, applies, why
from licensing.rulepacks.judging import packs_for, worst
from licensing.rulepacks.models import Group, Pack, PackFinding, Rule, Words
from licensing.rulepacks.packs import shipped_packs

EVERYWHERE = ("*",)


def packs(territories: Sequence[str], at: datetime) -> list[dict[str, Any]]:
    """The packs that concern a release there at that time, the expired ones among them."""
    return [pack_out(pack, at) for pack in packs_for(shipped_packs(), territories, at)]


def pack(pack_id: str, at: datetime) -> dict[str, Any]:
    """One pack in the version of `at`, or the first one that begins later; raises NotFound."""
    known = [item for item in shipped_packs() if item.id == pack_id]
    if not known:
        raise NotFound("There is no such rule pack.", next_step="List the packs and their ids.")
    begun = packs_for(known, EVERYWHERE, at)
    return pack_out(begun[0] if begun else known[0], at)


def pack_out(item: Pack, at: datetime) -> dict[str, Any]:
    """A pack as data, with its conditions read out in both languages."""
    return {
        "id": item.id,
        "title": _both(item.title),
        "standing": item.standing.value,
        "state": "expired" if item.expired(at) else "to-come" if item.valid_from > at else "begun",
        "jurisdiction": item.jurisdiction,
        "territories": list(item.territories),
        "valid_from": to_text(item.valid_from),
        "valid_until": None if item.valid_until is None else to_text(item.valid_until),
        "source": item.source,
        "certainty": item.certainty.value,
        "union_only": item.union_only,
        "note": None if item.note is None else _both(item.note),
        "rules": [_rule(rule) for rule in item.rules],
    }


def answer(findings: Sequence[PackFinding]) -> dict[str, Any]:
    """What the packs say of one consent, with every finding explained."""
    return {"verdict": worst(findings).value, "findings": [_finding(item) for item in findings]}


def _finding(item: PackFinding) -> dict[str, Any]:
    return {
        "pack": item.pack_id,
        "rule": item.rule_id,
        "verdict": item.verdict.value,
        "basis": item.basis.value,
        "clause": _both(item.clause),
        "why": {lang: why(item, lang) for lang in ("en", "de")},
        "source": item.source,
        "certainty": item.certainty.value,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    kind = "label" if rule.label else "duty" if rule.verdict is None else "judged"
    return {
        "id": rule.id,
        "kind": kind,
        "verdict": None if rule.verdict is None else rule.verdict.value,
        "clause": _both(rule.clause),
        "source": rule.source,
        "certainty": rule.certainty.value,
        "territories": list(rule.territories),
        "applies": {lang: applies(rule, lang) for lang in ("en", "de")},
        "wants": _said(rule.must),
        "unless": _said(rule.unless),
    }


def _said(groups: Sequence[Group]) -> dict[str, str]:
    return {lang: alternatives(groups, lang) for lang in ("en", "de")}


def _both(words: Words) -> dict[str, str]:
    return {"en": words.en, "de": words.de}
