"""Rule packs as data and in words, for the API, the page and the command line alike."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.ruleforms import BothOut, FindingOut, Findings, PackOut, RuleOut
from core.clock import to_text
from core.errors import NotFound
from licensing.rulepacks.explaining import alternatives, applies, why
from licensing.rulepacks.judging import packs_for, worst
from licensing.rulepacks.models import Group, Pack, PackFinding, Rule, Words
from licensing.rulepacks.packs import shipped_packs

EVERYWHERE = ("*",)


def packs(territories: Sequence[str], at: datetime) -> list[PackOut]:
    """The packs that concern a release there at that time, the expired ones among them."""
    return [pack_out(pack, at) for pack in packs_for(shipped_packs(), territories, at)]


def pack(pack_id: str, at: datetime) -> PackOut:
    """One pack in the version of `at`, or the first one that begins later; raises NotFound."""
    known = [item for item in shipped_packs() if item.id == pack_id]
    if not known:
        raise NotFound("There is no such rule pack.", next_step="List the packs and their ids.")
    begun = packs_for(known, EVERYWHERE, at)
    return pack_out(begun[0] if begun else known[0], at)


def pack_out(item: Pack, at: datetime) -> PackOut:
    """A pack as data, with its conditions read out in both languages."""
    return {
        "id": item.id,
        "title": _both(item.title),
        "standing": item.standing,
        "state": "expired" if item.expired(at) else "to-come" if item.valid_from > at else "begun",
        "jurisdiction": item.jurisdiction,
        "territories": list(item.territories),
        "valid_from": to_text(item.valid_from),
        "valid_until": None if item.valid_until is None else to_text(item.valid_until),
        "source": item.source,
        "certainty": item.certainty,
        "union_only": item.union_only,
        "note": None if item.note is None else _both(item.note),
        "rules": [_rule(rule) for rule in item.rules],
    }


def answer(findings: Sequence[PackFinding]) -> Findings:
    """What the packs say of one consent, with every finding explained."""
    return {"verdict": worst(findings), "findings": [_finding(item) for item in findings]}


def _finding(item: PackFinding) -> FindingOut:
    return {
        "pack": item.pack_id,
        "rule": item.rule_id,
        "verdict": item.verdict,
        "basis": item.basis,
        "clause": _both(item.clause),
        "why": _in_both(lambda lang: why(item, lang)),
        "source": item.source,
        "certainty": item.certainty,
    }


def _rule(rule: Rule) -> RuleOut:
    return {
        "id": rule.id,
        "kind": "label" if rule.label else "duty" if rule.verdict is None else "judged",
        "verdict": rule.verdict,
        "clause": _both(rule.clause),
        "source": rule.source,
        "certainty": rule.certainty,
        "territories": list(rule.territories),
        "applies": _in_both(lambda lang: applies(rule, lang)),
        "wants": _said(rule.must),
        "unless": _said(rule.unless),
    }


def _said(groups: Sequence[Group]) -> BothOut:
    return _in_both(lambda lang: alternatives(groups, lang))


def _in_both(said: Callable[[str], str]) -> BothOut:
    return {"en": said("en"), "de": said("de")}


def _both(words: Words) -> BothOut:
    return {"en": words.en, "de": words.de}
