"""A run as a file that anybody can check: its claims, rates, lines and releases, one a line.

Whoever checks needs neither registry nor books: what is due follows from received and before, what
is deducted from the rates, the hash from the lines, and both sums have to hold in each currency.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.canonical import canonical, parse_strict
from core.errors import BadInput
from royalties.models import Ratio
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Before, Rates, Release, Run, RunLine
from royalties.runcheck import Checking, RunProof
from royalties.wire_runs import (
    line_from_dict,
    line_to_dict,
    release_from_dict,
    release_to_dict,
    run_from_dict,
    run_to_dict,
)

FORM = "ebenbild-run-facts-1"
Paired = Iterable[tuple[ReceivedClaim, tuple[Before, ...]]]


def to_file(
    run: Run,
    rates: Iterable[Rates],
    claims: Paired,
    lines: Iterable[RunLine],
    releases: Iterable[Release],
) -> Iterator[str]:
    """The facts of a run, without line ends; `claims` are all of its months, lines as hashed."""
    yield _text({"fact": "run", "form": FORM, "book": run.tenant_id, **run_to_dict(run)})
    for one in rates:
        yield _text({"fact": "rates", **rates_to_dict(one)})
    for claim, before in claims:
        figures = {"received": claim.received_micro, "before": handed_on(before)}
        said = {"claim": claim.live_key, "transaction": claim.transaction_id}
        texts = {name: str(value) for name, value in figures.items()}
        yield _text({"fact": "claim", **said, "currency": claim.currency, **texts})
    for line in lines:
        yield _text({"fact": "line", **line_to_dict(line)})
    for release in releases:
        yield _text({"fact": "release", **release_to_dict(release)})
    yield _text({"fact": "end"})


def check_file(texts: Iterable[str]) -> RunProof:
    """Check a run by its facts alone; raises `BadInput` with the line that is none."""
    checking: Checking | None = None
    ended = False
    for number, text in enumerate(texts, 1):
        try:
            fact = parse_strict(text.encode())
            if checking is None:
                checking = _begun(fact)
            else:
                ended = _take(checking, fact)
        except (KeyError, TypeError, ValueError) as exc:
            raise _no_fact(number) from exc
    if checking is None or not ended:
        raise BadInput("The facts of this run end before their end.", next_step="Export it again.")
    return checking.done()


def rates_to_dict(one: Rates) -> dict[str, Any]:
    """Rates with exact ratios; inverse of `rates_from_dict`."""
    ratios = {name: getattr(one, name) for name in ("cost", "social", "reserve")}
    pairs = {name: [ratio.numerator, ratio.denominator] for name, ratio in ratios.items()}
    return {"id": one.id, "category": one.category, **pairs}


def rates_from_dict(said: Mapping[str, Any]) -> Rates:
    """Read rates; raises KeyError, TypeError or ValueError for something else."""
    ratios = {name: Ratio(*map(int, said[name])) for name in ("cost", "social", "reserve")}
    return Rates(id=str(said["id"]), category=str(said["category"]), **ratios)


def handed_on(before: Iterable[Before]) -> int:
    """What closed runs handed on of what was received of a claim."""
    return sum(one.received_micro for one in before)


def _begun(fact: Mapping[str, Any]) -> Checking:
    if fact["fact"] != "run" or fact["form"] != FORM:
        raise ValueError("another form")
    return Checking(run_from_dict(str(fact["book"]), fact))


def _take(checking: Checking, fact: Mapping[str, Any]) -> bool:
    kind = fact["fact"]
    if kind == "rates":
        checking.rates[str(fact["id"])] = rates_from_dict(fact)
    elif kind == "claim":
        received, before = int(fact["received"]), int(fact["before"])
        checking.claim(str(fact["claim"]), str(fact["currency"]), received, before)
    elif kind == "line":
        checking.line(line_from_dict(fact))
    elif kind == "release":
        checking.release(release_from_dict(fact))
    elif kind != "end":
        raise ValueError("no fact of a run")
    return bool(kind == "end")


def _text(value: Mapping[str, Any]) -> str:
    return canonical(value).decode()


def _no_fact(number: int) -> BadInput:
    return BadInput(
        f"Line {number} is no fact of a run.",
        next_step="Export it again: ebenbild run export RUN FILE",
        code="bad-facts",
    )
