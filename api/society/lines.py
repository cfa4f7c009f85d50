"""Lines of money as pages show them: a performer's in a run, and one with all it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from api.found import BasisOut
from api.performer.uses import strip
from api.rates import one_in
from api.reasonnames import claim_told
from api.web import texts
from api.web.accountpage import claim_shown
from api.web.societyviews import HANDED_ON, STAYS
from core.clock import utc_now
from core.errors import NotFound
from core.principal import Principal
from registry.models.evidence import Match
from royalties.models_books import Transaction
from royalties.models_evidence import Names
from royalties.models_runs import RunLine
from royalties.runproof import added
from royalties.service import evidence, runs

LINES_SHOWN = 50
PARTS = frozenset({"handed_on", *HANDED_ON, *STAYS})
NOBODY = "nobody"  # in addresses, for people whom nobody knows


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a run beside the accrual that it hands on, and the amount to show of it."""

    line: RunLine
    accrual: Transaction
    amount_micro: int


def performer_in_run(
    session: Session, principal: Principal, run_id: str, performer_id: str, after: str
) -> dict[str, Any]:
    """What a run of one's own book does for one performer, a page of lines at a time."""
    run, _ = runs.get_run(session, principal, run_id)
    who = "" if performer_id == NOBODY else performer_id
    found = runs.lines_of(
        session,
        principal,
        run.id,
        performer_id=who,
        after=place_of(after),
        limit=LINES_SHOWN + 1,
    )
    if not found and not after:
        raise NotFound("This run has no line of theirs.", next_step="Open the run.")
    return {
        "run": run,
        "performer_id": performer_id,
        "part": "",
        "sums": sums_of(found[:LINES_SHOWN]),
        "whole": not after and len(found) <= LINES_SHOWN,
        **_shown(session, principal, found, ""),
    }


def part_of_run(
    session: Session, principal: Principal, run_id: str, of: tuple[str, str], after: str
) -> dict[str, Any]:
    """The lines of a run of one's own book that add up to a part of its sums in a currency."""
    part, currency = of
    run, totals = runs.get_run(session, principal, run_id)
    if part not in PARTS or currency not in totals:
        raise NotFound("This run has no such sum.", next_step="Open the run.")
    found = runs.lines_of(
        session,
        principal,
        run.id,
        of=of,
        after=place_of(after),
        limit=LINES_SHOWN + 1,
    )
    return {
        "run": run,
        "part": part,
        "currency": currency,
        "total": getattr(totals[currency], f"{part}_micro"),
        **_shown(session, principal, found, part),
    }


def _shown(
    session: Session, principal: Principal, found: Sequence[RunLine], part: str
) -> dict[str, Any]:
    """A page of lines with all that is shown of them, and where the next one begins."""
    shown = found[:LINES_SHOWN]
    accruals, names = evidence.lines_of(session, principal, [one.transaction_id for one in shown])
    return {
        "lines": [
            ShownLine(
                one,
                accruals[one.transaction_id],
                added(one, part) if part else one.parts.net_micro,
            )
            for one in shown
        ],
        "names": names,
        "more": cursor_of(shown[-1]) if len(found) > LINES_SHOWN else "",
    }


def sums_of(lines: Sequence[RunLine]) -> dict[str, int]:
    """What these lines leave for payees, by currency."""
    sums: dict[str, int] = {}
    for one in lines:
        sums[one.currency] = sums.get(one.currency, 0) + one.parts.net_micro
    return sums


def cursor_of(line: RunLine) -> str:
    """Where a page ends, as an address carries it; inverse of `place_of`."""
    return f"{line.live_key}|{line.payee_id}|{line.outcome}"


def place_of(cursor: str) -> tuple[str, str, str]:
    """Claim, payee and outcome of the last line of the page before."""
    key, _, rest = cursor.partition("|")
    payee, _, outcome = rest.partition("|")
    return key, payee, outcome


def line_page(session: Session, principal: Principal, line_id: str, lang: str) -> dict[str, Any]:
    """One line of one's own book, down to the second and the clause."""
    return {"e": shown(session, principal, line_id, lang)}


def shown(session: Session, principal: Principal, line_id: str, lang: str) -> dict[str, Any]:
    """The chain behind a line, with what the templates place of it."""
    found = evidence.evidence_of(session, principal, line_id)
    pins = found.line.pins
    title, label = found.names.cuts[pins.cut_id]
    return {
        "id": found.line.id,
        "found": found,
        "claim": claim_told(session, principal, claim_shown(found.line), utc_now()),
        "performer": name_of(lang, found.names, pins.performer_id),
        "title": title or texts.text(lang, "line.untitled"),
        "label": label,
        "studio": found.names.organisations.get(found.line.basis.licensee_id, ""),
        "strip": strip(pins.spans, found.duration_ms),
        "finds": [_find(one) for one in found.matches],
    }


def name_of(lang: str, names: Names, performer_id: str) -> str:
    """What people call a performer; words for whom nobody knows."""
    return names.performers.get(performer_id) or texts.text(lang, "line.unknown-person")


def _find(match: Match) -> dict[str, Any]:
    basis = BasisOut.of(match)
    told = {"basis": None if basis is None else basis.model_dump()}
    return {"match": match, "told": told, "one_in": one_in(match.fpir)}
