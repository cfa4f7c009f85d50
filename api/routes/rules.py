"""Rule packs: shown to anybody, and asked about terms or a table of cases by whoever has a key."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api import rulewords
from api.deps import Language, Open
from api.ruleforms import Findings, PackOut, Tried
from api.visiting import visit_of
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import FROZEN
from core.clock import from_text, utc_now
from core.errors import BadInput
from licensing.rulepacks.cases import read_cases, run
from licensing.rulepacks.facts import facts_from_dict
from licensing.rulepacks.judging import judge, packs_for
from licensing.rulepacks.packs import shipped_packs
from licensing.terms import terms_from_dict
from registry.territories import check_territories

entrance = APIRouter(tags=["rules"])
router = APIRouter(tags=["rules"])
TABLE_LENGTH_MAX = 900_000
# What the page offers as links; any other place is a `territory` in its address.
OFFERED = ("*", "DE", "AT", "DK", "US", "US-NY", "US-CA", "US-IL", "CN")
PackId = Annotated[str, Path(pattern="^[a-z0-9-]{1,60}$")]
At = Annotated[str, Query(max_length=40, description="A day or an RFC 3339 time; now if empty.")]
Places = Annotated[
    str, Query(max_length=2000, description="ISO 3166 codes apart by commas, or * for everywhere.")
]


class Asked(BaseModel):
    """Terms as in a terms file; `territories` of release are those of the terms if empty."""

    model_config = FROZEN
    terms: dict[str, Any]
    territories: list[str] = Field(default=[], max_length=300)
    at: str = Field(default="", max_length=40)
    facts: dict[str, Any] = {}


class Table(BaseModel):
    """A table of cases as CSV."""

    model_config = FROZEN
    table: str = Field(min_length=1, max_length=TABLE_LENGTH_MAX)


@entrance.get("/rules", response_class=FormResponse)
def page(request: Request, world: Open, lang: Language, territory: Places = "*") -> Response:
    """Which rules does this registry apply, how sure is it, and where are they written?"""
    places = check_territories(_codes(territory))
    found = rulewords.packs(places, utc_now())
    visit, shown = visit_of(world, request), ",".join(places)
    return form_page("rules.html", lang, visit, packs=found, places=OFFERED, territory=shown)


@entrance.get("/v1/rules", response_model=list[PackOut])
def list_packs(territories: Places = "*", at: At = "") -> list[PackOut]:
    """List the rule packs that concern a release in these territories."""
    return rulewords.packs(check_territories(_codes(territories)), moment(at))


@entrance.get("/v1/rules/{pack_id}", response_model=PackOut)
def show(pack_id: PackId, at: At = "") -> PackOut:
    """Show one rule pack with all its rules."""
    return rulewords.pack(pack_id, moment(at))


@router.post("/rules/checks", response_model=Findings)
def check(body: Asked) -> Findings:
    """What do the packs say of these terms? Nothing is stored."""
    terms = terms_from_dict(body.terms)
    at = moment(body.at)
    places = check_territories(body.territories or terms.territories)
    facts = facts_from_dict(terms, {**body.facts, "territories": list(places)})
    return rulewords.answer(judge(facts, packs_for(shipped_packs(), places, at), at))


@router.post("/rules/tables", response_model=Tried)
def tables(body: Table) -> Tried:
    """Do the packs answer a lawyer's table of cases as expected? Nothing is stored."""
    outcomes = run(read_cases(body.table), shipped_packs())
    return {
        "rows": len(outcomes),
        "as_expected": sum(outcome.as_expected for outcome in outcomes),
        "others": [
            {
                "line": outcome.case.line,
                "pack": outcome.case.pack,
                "rule": outcome.case.rule,
                "case": outcome.case.words,
                "expected": outcome.case.verdict,
                "found": outcome.found,
            }
            for outcome in outcomes
            if not outcome.as_expected
        ],
    }


def moment(text: str) -> datetime:
    """A day as its first moment in UTC, a time as it stands, now for nothing; raises BadInput."""
    if not text:
        return utc_now()
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        pass
    try:
        return from_text(text)
    except BadInput as exc:
        raise BadInput(
            "The moment cannot be read.", next_step="Write 2026-12-01 or 2026-12-01T10:00:00Z."
        ) from exc


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]
