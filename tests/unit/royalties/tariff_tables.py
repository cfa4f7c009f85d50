"""The worked tables of docs/tariffs.md as facts and figures."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from core.money import parse_rate
from registry.models.works import CutFormat, KindOfUse
from royalties.outcomes import Outcome
from royalties.tariffs.facts import Facts
from royalties.tariffs.models import IncomeKind, Role
from royalties.tariffs.points import Participant

DOCUMENT = Path(__file__).parents[3] / "docs" / "tariffs.md"
COUNTS = ("use_ms", "views", "unique_views", "watched_ms", "payments", "subscribers", "works")


def rows(heading: str) -> list[dict[str, str]]:
    """The first table below a heading of docs/tariffs.md, each row by the names of its columns."""
    section = DOCUMENT.read_text("utf-8").split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    table = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in section.splitlines()
        if row.startswith("|")
    ]
    return [dict(zip(table[0], row, strict=True)) for row in table[2:]]


def facts(row: dict[str, str], currency: str) -> Facts:
    """What a row of a table says was reported; an empty cell was not."""
    said: dict[str, Any] = {name: int(row[name]) for name in COUNTS if row.get(name)}
    if row.get("outputs"):
        said["outputs"] = int(row["outputs"])
    if row.get("income"):
        said |= {"income_micro": _income(row["income"]), "currency": currency}
    return Facts(
        territory=row.get("territory") or "DE",
        territory_factor=Fraction(row.get("factor") or 1),
        completion=Fraction(row["completion"]) if row.get("completion") else None,
        days=Fraction(row["days"]) if row.get("days") else None,
        free=row.get("free") == "yes",
        agreed_micro=parse_rate(row["agreed"]) if row.get("agreed") else None,
        **said,
    )


def participant(row: dict[str, str]) -> Participant:
    """Somebody in a cut, as a row of the table of points says; suspense follows from the claims."""
    outcome = Outcome(row["goes to"])
    claims = dict(claim.split() for claim in row["claims"].split(", ") if claim)
    return Participant(
        key=row["who"],
        outcome=Outcome.LICENSED if outcome is Outcome.SUSPENSE else outcome,
        ms=int(row["ms"]),
        kind=KindOfUse(row["kind"]) if row["kind"] else None,
        role=Role(row["role"]) if row["role"] else None,
        format=CutFormat(row["format"]),
        claims={party: Fraction(share) for party, share in claims.items()},
    )


def _income(cell: str) -> dict[IncomeKind, int]:
    parts = [part.split() for part in cell.split(", ")]
    return {IncomeKind(kind): parse_rate(amount) for kind, amount in parts}
