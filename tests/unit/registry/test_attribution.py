"""Every trace gets exactly one answer, and a print that is gone explains nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.errors import Broken
from core.ids import new_id
from fingerprint.models import Decision, Finding
from registry.attribution import PrintOwner, attribute, same_answer
from tests.unit.registry.examples import match

AT = datetime(2027, 1, 1, tzinfo=UTC)
PRINT = new_id("prt")
OWNER = PrintOwner(PRINT, "ten_a", "prf_a", "enr_a", withdrawn=False)
GONE = PrintOwner(PRINT, "ten_a", "prf_a", "enr_a", withdrawn=True)


def finding(
    index: int, decision: Decision = Decision.MATCH, print_id: str | None = PRINT
) -> Finding:
    return Finding(index, decision, print_id, 0.8, None, 0.001, "threshold", ())


def test_answers_come_in_the_order_of_the_traces() -> None:
    found = attribute(["a", "b"], [finding(1), finding(0, Decision.UNKNOWN)], {PRINT: OWNER}, at=AT)
    assert [(item.trace_id, item.owner) for item in found] == [("a", None), ("b", OWNER)]


@pytest.mark.parametrize("owners", [{}, {PRINT: GONE}])
def test_a_withdrawn_or_missing_print_leaves_the_trace_unknown(
    owners: dict[str, PrintOwner],
) -> None:
    (found,) = attribute(["a"], [finding(0)], owners, at=AT)
    assert found.owner is None
    assert found.outdated
    assert (found.finding.decision, found.finding.print_id) == (Decision.UNKNOWN, None)
    assert [reason.code for reason in found.finding.reasons] == ["print-withdrawn"]


@pytest.mark.parametrize("indexes", [[], [0], [0, 0], [0, 1, 2], [1, 2]])
def test_a_missing_doubled_or_strange_answer_is_broken(indexes: list[int]) -> None:
    with pytest.raises(Broken):
        attribute(["a", "b"], [finding(index) for index in indexes], {PRINT: OWNER}, at=AT)


def test_a_match_stands_while_print_and_decision_do() -> None:
    kept = match()
    assert same_answer(kept, finding(0, print_id=kept.print_id))
    assert not same_answer(kept, finding(0, Decision.REVIEW, kept.print_id))
    assert not same_answer(kept, finding(0))


@pytest.mark.parametrize(("adult_on", "decision"), [(2, Decision.REVIEW), (1, Decision.MATCH)])
def test_a_sure_match_of_a_minor_waits_for_a_person(adult_on: int, decision: Decision) -> None:
    child = replace(OWNER, adult_on=date(2027, 1, adult_on))
    (found,) = attribute(["a"], [finding(0)], {PRINT: child}, at=AT)
    assert (found.owner, found.finding.decision) == (child, decision)
    assert [reason.code for reason in found.finding.reasons] == (
        ["minor"] if decision is Decision.REVIEW else []
    )
