"""What the rule packs of the territories of release say of a use that a licence covers.

A rule that is broken refuses, or sends to a person where its data say so. A rule that nobody can
judge from the facts at hand, or whose pack has expired, is told and holds nothing up: nobody
could ever answer it here, and a warning that stops everything is switched off.
"""

from collections.abc import Sequence

from fingerprint.models import Reason
from licensing.coverage import Release, Wanted
from licensing.models import LicenceInForce
from licensing.rulepacks.judging import judge, packs_for
from licensing.rulepacks.models import Basis, ConsentFacts, PackFinding, Verdict


def refusals(findings: Sequence[PackFinding]) -> tuple[Reason, ...]:
    """Rules that the consent breaks and that make it invalid."""
    return tuple(_told("law-broken", item) for item in findings if item.verdict is Verdict.INVALID)


def doubts(findings: Sequence[PackFinding]) -> tuple[Reason, ...]:
    """Rules whose data want a person's look, and that are broken."""
    return tuple(
        _told("law-to-person", item)
        for item in findings
        if item.verdict is Verdict.NEEDS_HUMAN and item.basis is Basis.BROKEN
    )


def unclear(findings: Sequence[PackFinding]) -> tuple[Reason, ...]:
    """Rules that nobody can judge from what is known, and packs that have expired."""
    return tuple(
        _told("law-expired" if item.basis is Basis.EXPIRED else "law-unclear", item)
        for item in findings
        if item.verdict is Verdict.NEEDS_HUMAN and item.basis is not Basis.BROKEN
    )


def findings_on(
    licence: LicenceInForce, wanted: Wanted, release: Release, *, reviewed: bool = False
) -> tuple[PackFinding, ...]:
    """What every pack in force on the day of release says of this use under this licence."""
    declared, known, at = release.declaration, release.known, release.window[0]
    facts = ConsentFacts(
        terms=licence.terms,
        signed_at=licence.signed_at,
        performer_minor_until=known.minors.get(wanted.performer_id),
        deceased_on=known.deceased.get(wanted.performer_id),
        public_uses=known.public_uses.get(wanted.performer_id, ()),
        territories=declared.territories,
        kinds=(wanted.kind,),
        media=(declared.medium.value,),
        contexts=tuple(item.value for item in declared.descriptors),
        release_at=declared.release_at,
        consent_covers=True,
        ai_labelled=declared.ai_labelled,
        reviewed=reviewed,
    )
    return judge(facts, packs_for(known.packs, declared.territories, at), at)


def _told(code: str, item: PackFinding) -> Reason:
    return Reason(
        code,
        {
            "pack": item.pack_id,
            "rule": item.rule_id,
            "clause": item.clause.en,
            "clause_de": item.clause.de,
            "source": item.source,
            "certainty": item.certainty.value,
        },
    )
