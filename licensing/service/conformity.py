"""What stands against a draft beside its terms: rule packs, and the contract that it pins.

Whatever is invalid refuses the draft with its clause; what only a person can answer is told.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal
from fingerprint.models import Reason
from licensing.models import Terms
from licensing.rulepacks.explaining import reasons
from licensing.rulepacks.judging import judge, packs_for
from licensing.rulepacks.models import ConsentFacts, PackFinding, Verdict
from licensing.rulepacks.packs import shipped_packs
from licensing.rulepacks.times import day_of
from licensing.service import templates
from licensing.service.frameworks import against_framework
from licensing.service.parties import Parties
from licensing.templates.filling import refused
from licensing.templates.reading import digest


def findings(terms: Terms, parties: Parties, now: datetime) -> tuple[PackFinding, ...]:
    """What the packs of the licensed territories say of terms that are to be signed now."""
    facts = ConsentFacts(
        terms,
        performer_minor_until=None if parties.adult_at is None else day_of(parties.adult_at),
        deceased_on=parties.deceased_on,
        public_uses=parties.public_uses,
        territories=terms.territories,
        guardians_due=parties.guardian_dids,
    )
    return judge(facts, packs_for(shipped_packs(), terms.territories, now), now)


def invalid(found: Sequence[PackFinding]) -> tuple[Reason, ...]:
    """The reasons that refuse a draft."""
    return reasons(item for item in found if item.verdict is Verdict.INVALID)


def doubts(found: Sequence[PackFinding]) -> tuple[Reason, ...]:
    """The reasons for which a person has to look."""
    return reasons(item for item in found if item.verdict is Verdict.NEEDS_HUMAN)


def against_contracts(
    session: Session, principal: Principal, terms: Terms, now: datetime
) -> tuple[Reason, ...]:
    """Why these terms cannot be drafted on the contract and the framework that they pin."""
    return (
        *against_template(session, principal, terms, now),
        *against_framework(session, principal, terms, now, signing=True),
    )


def against_template(
    session: Session, principal: Principal, terms: Terms, now: datetime
) -> tuple[Reason, ...]:
    """Why these terms cannot rest on the contract that they pin; empty without one.

    Raises `NotFound` for a contract that is not there, or not the caller's to see.
    """
    pinned = terms.template
    if pinned is None:
        return ()
    contract = templates.get(session, principal, pinned.id, pinned.version)
    if digest(contract) != pinned.digest:
        return (Reason("template-differs", {"template": pinned.id, "version": pinned.version}),)
    return tuple(
        Reason(
            "template-refuses",
            {"template": pinned.id, "words": item.words.en, "words_de": item.words.de},
        )
        for item in refused(contract, terms, now)
    )
