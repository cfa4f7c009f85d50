"""A table of cases with the verdict that a lawyer expects, run against the packs.

One line per case: pack, rule, the case in words, territories, the moment, facts, verdict. Facts are
`name=value` apart by `;`, lists apart by `,`, a term is an ISO 8601 duration (`P10Y1D`) from the
first day of the base licence. `-` expects that the rule does not concern the case.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from core.clock import from_text
from core.errors import BadInput, EbenbildError
from core.ids import derived_id
from fingerprint.models import Modality
from licensing.models import Formation, TariffKind, TariffTerm, Terms
from licensing.rulepacks.facts import DATES, LISTS, NAMES, facts_from_dict
from licensing.rulepacks.judging import judge, packs_for
from licensing.rulepacks.models import ConsentFacts, Pack, Verdict
from licensing.rulepacks.times import years_after
from licensing.terms import terms_from_dict, terms_to_dict
from registry.models.works import KindOfUse
from registry.territories import check_territories

COLUMNS = ("pack", "rule", "case", "territories", "at", "facts", "verdict")
NOT_CONCERNED = "-"
ROWS_MAX = 5_000
_DURATION = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,5})D)?")
_YES_NO = {"yes": True, "no": False}
_FORMATION = frozenset(Formation.__dataclass_fields__) - {"court_approval_ref"}
_WHOLE = frozenset({"use_notice_hours", "termination_notice_days", "seconds_max", "uses_max"})
BASE = Terms(
    performer_id=derived_id("prf", "case"),
    licensee_id=derived_id("ten", "case"),
    kinds=(KindOfUse.FULL_REPLICA,),
    modalities=tuple(Modality),
    valid_from=datetime(2026, 12, 1, tzinfo=UTC),
    valid_until=datetime(2027, 12, 1, tzinfo=UTC),
    tariff=TariffTerm(TariffKind.PER_MINUTE, 1_000_000, "EUR"),
    description="A replica of her voice and face in season two of one named series",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table, numbered as an editor shows it."""

    line: int
    pack: str
    rule: str
    words: str
    at: datetime
    facts: ConsentFacts
    verdict: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the packs said of a case; `found` is a verdict or `-`."""

    case: Case
    found: str

    @property
    def as_expected(self) -> bool:
        """Whether the lawyer and the packs agree."""
        return self.found == self.case.verdict


def read_cases(text: str) -> tuple[Case, ...]:
    """Read a table; raises BadInput naming the line that cannot be read."""
    lines = csv.DictReader(io.StringIO(text))
    if tuple(lines.fieldnames or ()) != COLUMNS:
        raise BadInput(
            "The table has other columns.", next_step=f"Use exactly: {','.join(COLUMNS)}."
        )
    cases: list[Case] = []
    for row in lines:
        if len(cases) >= ROWS_MAX:
            raise BadInput(f"The table has more than {ROWS_MAX} rows.", next_step="Split it.")
        cases.append(_case(row, lines.line_num))
    return tuple(cases)


def run(cases: Iterable[Case], packs: Iterable[Pack]) -> tuple[Outcome, ...]:
    """Every case with what its rule says of it."""
    known = tuple(packs)
    return tuple(Outcome(case, _verdict(case, known)) for case in cases)


def _verdict(case: Case, packs: Iterable[Pack]) -> str:
    chosen = packs_for(packs, case.facts.territories, case.at)
    found = [
        finding
        for finding in judge(case.facts, chosen, case.at)
        if (finding.pack_id, finding.rule_id) == (case.pack, case.rule)
    ]
    return found[0].verdict.value if found else NOT_CONCERNED


def _case(row: dict[str, Any], line: int) -> Case:
    try:
        if None in row or None in row.values():
            raise BadInput("it has too few or too many cells")
        if row["verdict"] not in {NOT_CONCERNED, *Verdict}:
            raise BadInput("its verdict is none of valid, invalid, needs_human, -")
        places = check_territories(row["territories"].split())
        return Case(
            line=line,
            pack=row["pack"],
            rule=row["rule"],
            words=row["case"],
            at=from_text(f"{row['at']}T00:00:00Z"),
            facts=replace(_facts(row["facts"]), territories=places),
            verdict=row["verdict"],
        )
    except EbenbildError as exc:
        raise BadInput(f"Line {line}: {exc.message}", next_step="Mend the line.") from exc


def _facts(text: str) -> ConsentFacts:
    terms: dict[str, Any] = terms_to_dict(BASE)
    beside: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign:
            raise BadInput("a fact is not written as name=value")
        if name in NAMES - {"territories", "kinds"}:
            beside[name] = _beside(name, value)
        else:
            _into_terms(terms, name, value)
    return facts_from_dict(terms_from_dict(terms), beside)


def _beside(name: str, value: str) -> object:
    if name in LISTS:
        return [item.strip() for item in value.split(",") if item.strip()]
    return value if name in DATES else _yes(value)


def _into_terms(terms: dict[str, Any], name: str, value: str) -> None:
    if name == "term":
        terms["valid_until"] = _end(value)
    elif name == "price":
        terms["tariff"] = {**terms["tariff"], "rate": value}
    elif name in _FORMATION:
        terms["formation"] = {**terms.get("formation", {}), name: _yes(value)}
    elif name == "court_approval_ref":
        terms["formation"] = {**terms.get("formation", {}), name: value}
    elif name in _WHOLE:
        terms[name] = int(value) if value.isascii() and value.isdigit() else value
    elif name in {"post_mortem", "label_ai", "exclusive"}:
        terms[name] = _yes(value)
    elif name in {"kinds", "media", "works", "contexts_prohibited", "modalities"}:
        terms[name] = [item.strip() for item in value.split(",")]
    elif name in {"description", "valid_from", "valid_until"}:
        terms[name] = value
    else:
        raise BadInput("a fact has a name that nobody knows")


def _end(duration: str) -> datetime:
    match = _DURATION.fullmatch(duration)
    if match is None or duration == "P":
        raise BadInput("a term is not an ISO 8601 duration of years and days")
    years, days = (int(part or 0) for part in match.groups())
    day = years_after(BASE.valid_from.date(), years) + timedelta(days=days)
    return datetime.combine(day, time(), UTC)


def _yes(value: str) -> bool:
    if value not in _YES_NO:
        raise BadInput("yes or no is expected")
    return _YES_NO[value]
