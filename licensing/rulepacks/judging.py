"""What the packs say of one consent: a finding for every rule that concerns it.

Pure and total: it never raises, so that a decision cannot fall over a strange licence. An expired
pack answers with a person, because nobody knows whether it was renewed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.clock import to_text
from licensing.rulepacks.conditions import all_of, any_of, holds
from licensing.rulepacks.models import (
    Basis,
    ConsentFacts,
    Group,
    Pack,
    PackFinding,
    Rule,
    Value,
    Verdict,
)
from registry.territories import overlap


def packs_for(packs: Iterable[Pack], territories: Sequence[str], at: datetime) -> tuple[Pack, ...]:
    """The packs that concern a release there: of each id the version of `at`, or an expired one.

    A pack that begins after `at` does not count yet. Of several versions in force the one
    recorded last does.
    """
    begun: dict[str, Pack] = {}
    for pack in sorted(packs, key=lambda item: item.recorded_at):
        if pack.valid_from > at:
            continue
        present = begun.get(pack.id)
        if present is None or present.expired(at) or not pack.expired(at):
            begun[pack.id] = pack
    return tuple(
        begun[name] for name in sorted(begun) if overlap(begun[name].territories, territories)
    )


def judge(facts: ConsentFacts, packs: Iterable[Pack], at: datetime) -> tuple[PackFinding, ...]:
    """One finding per rule that concerns these facts, in the order of packs and rules.

    `at` is the moment judged: of signing for a draft, of release for a clearance.
    """
    return tuple(
        finding
        for pack in packs
        if facts.terms.formation.union_agreement or not pack.union_only
        for rule in pack.rules
        for finding in _found(pack, rule, facts, at)
    )


def worst(findings: Iterable[PackFinding]) -> Verdict:
    """Invalid before needs_human before valid."""
    given = {finding.verdict for finding in findings}
    order = (Verdict.INVALID, Verdict.NEEDS_HUMAN)
    return next((verdict for verdict in order if verdict in given), Verdict.VALID)


def _found(pack: Pack, rule: Rule, facts: ConsentFacts, at: datetime) -> list[PackFinding]:
    if rule.verdict is None or not overlap(rule.territories, facts.territories):
        return []
    concerned = holds(rule.when, facts, at)
    if concerned is False:
        return []
    basis = _basis(pack, rule, facts, at, certain=concerned is True)
    verdict = {
        Basis.KEPT: Verdict.VALID,
        Basis.WAIVED: Verdict.VALID,
        Basis.BROKEN: rule.verdict,
    }.get(basis, Verdict.NEEDS_HUMAN)
    asked = rule.unless if basis is Basis.WAIVED else rule.must
    return [
        PackFinding(
            pack_id=pack.id,
            rule_id=rule.id,
            verdict=verdict,
            clause=rule.clause,
            source=rule.source,
            certainty=rule.certainty,
            basis=basis,
            asked=asked,
            params=_params(pack, asked, facts),
        )
    ]


def _basis(pack: Pack, rule: Rule, facts: ConsentFacts, at: datetime, *, certain: bool) -> Basis:
    if pack.expired(at):
        return Basis.EXPIRED
    waived = any_of(holds(group, facts, at) for group in rule.unless)
    kept = any_of(holds(group, facts, at) for group in rule.must)
    if waived:
        return Basis.WAIVED
    if kept:
        return Basis.KEPT
    known = all_of((certain or None, waived is not None or None, kept is not None or None))
    return Basis.BROKEN if known else Basis.UNKNOWN


def _params(pack: Pack, asked: Sequence[Group], facts: ConsentFacts) -> Mapping[str, str | int]:
    found: dict[str, str | int] = {
        "valid_from": to_text(facts.terms.valid_from),
        "valid_until": to_text(facts.terms.valid_until),
    }
    if facts.performer_minor_until is not None:
        found["minor_until"] = facts.performer_minor_until.isoformat()
    if pack.valid_until is not None:
        found["pack_until"] = to_text(pack.valid_until)
    for group in asked:
        found.update({name: _figure(value) for name, value in group.items()})
    return found


def _figure(value: Value) -> str | int:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    return ", ".join(item if isinstance(item, str) else "/".join(item) for item in value)
