"""How an engine's finding becomes an attribution to a performer, or stays with nobody.

Between a search and the write of its result a performer may withdraw. Consent in force at the
moment of writing decides, and a print that is no longer there explains nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.errors import Broken
from fingerprint.models import Decision, Finding, Reason
from registry.minority import midnight
from registry.models.evidence import Match


@dataclass(frozen=True, slots=True)
class PrintOwner:
    """Whose print it is, across tenants: what a match needs to be attributed.

    `adult_on` is the day on which a minor comes of age, None for everybody else.
    """

    print_id: str
    tenant_id: str
    performer_id: str
    enrolment_id: str
    withdrawn: bool
    adult_on: date | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """One trace's answer; `owner` is `None` exactly when the finding is UNKNOWN.

    `outdated` says that the search named a print that is gone: another print might be next.
    """

    trace_id: str
    finding: Finding
    owner: PrintOwner | None
    outdated: bool = False


def attribute(
    trace_ids: Sequence[str],
    findings: Sequence[Finding],
    owners: Mapping[str, PrintOwner],
    *,
    at: datetime,
) -> tuple[Attribution, ...]:
    """One attribution per trace, in their order; a match of a minor waits for a person.

    Raises `Broken` unless there is exactly one finding for every trace: a trace without answer
    would vanish from the clearance.
    """
    by_index = {finding.trace_index: finding for finding in findings}
    if len(by_index) != len(findings) or set(by_index) != set(range(len(trace_ids))):
        raise Broken("A search did not answer for every trace exactly once.")
    return tuple(
        _attribution(trace_id, by_index[index], owners, at)
        for index, trace_id in enumerate(trace_ids)
    )


def same_answer(match: Match, finding: Finding) -> bool:
    """Whether a stored match may stand: the same print, with the same decision.

    Figures drift as the gallery grows; a match keeps those it was first made with, so that money
    booked on it is not booked anew for every new print.
    """
    return (match.print_id, match.decision) == (finding.print_id, finding.decision)


def _attribution(
    trace_id: str, finding: Finding, owners: Mapping[str, PrintOwner], at: datetime
) -> Attribution:
    if finding.decision is Decision.UNKNOWN:
        return Attribution(trace_id, replace(finding, print_id=None), None)
    owner = owners.get(finding.print_id or "")
    if owner is not None and not owner.withdrawn:
        return Attribution(trace_id, _for_people(finding, owner, at), owner)
    gone = replace(
        finding,
        decision=Decision.UNKNOWN,
        print_id=None,
        reasons=(*finding.reasons, Reason("print-withdrawn", {})),
    )
    return Attribution(trace_id, gone, None, outdated=True)


def _for_people(finding: Finding, owner: PrintOwner, at: datetime) -> Finding:
    """Children's faces are what models confuse most, so that nothing names them by itself."""
    if owner.adult_on is None or at >= midnight(owner.adult_on):
        return finding
    reasons = (*finding.reasons, Reason("minor", {}))
    return replace(finding, decision=Decision.REVIEW, reasons=reasons)
