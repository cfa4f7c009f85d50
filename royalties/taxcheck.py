"""Whether a run withheld what follows from where its payees are taxed, computed line by line.

A run withholds when it pays: of what is blocked nothing yet, of what is taken back so much as had
been withheld of it, of all else by the rates in force. What was left with the dead was taxed when
it was handed on.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from core.money import mul_div
from royalties.distribution import TAKEN_BACK
from royalties.models_runs import Before, Outcome, Parts, Release, RunLine, Tax
from royalties.releasing import PASSED
from royalties.withholding import TaxStatus, of_a_run

Statuses = Mapping[str, TaxStatus]


def of_line(
    line: RunLine, before: Sequence[Before], statuses: Statuses, at: datetime
) -> Tax | None:
    """What a line withholds; None where nobody told where its payee is taxed, or what went before.

    `at` is the moment by which the run was planned.
    """
    if line.outcome not in (Outcome.PAYABLE, Outcome.BLOCKED):
        return Tax()
    if line.reason == TAKEN_BACK:
        mine = next((one for one in before if one.payee_id == line.payee_id), None)
        return None if mine is None else _back(mine, -line.parts.whole_micro)
    if line.outcome is Outcome.BLOCKED:
        return Tax()
    return _due(line.payee_id, line.parts, statuses, at)


def of_release(one: Release, statuses: Statuses, at: datetime) -> Tax | None:
    """What a release withholds; None where nobody told where its payee is taxed."""
    if one.outcome is Outcome.BLOCKED or one.reason == PASSED:
        return Tax()
    return _due(one.payee_id, one.parts, statuses, at)


def amounts(stated: Parts, tax: Tax | None) -> Iterator[tuple[str, int, int]]:
    """Name, stated and recomputed amount of each part that differs; none where it is not known."""
    if tax is None:
        return
    for name in ("tax_micro", "surcharge_micro"):
        said, found = getattr(stated, name), getattr(tax, name)
        if said != found:
            yield name, said, found


def _due(payee_id: str, parts: Parts, statuses: Statuses, at: datetime) -> Tax | None:
    if payee_id not in statuses:
        return None
    net = parts.net_micro + parts.tax_micro + parts.surcharge_micro
    return of_a_run(net, statuses[payee_id], at)


def _back(before: Before, whole: int) -> Tax:
    divided = before.parts.whole_micro
    if divided <= 0:
        return Tax()
    tax = -mul_div(before.parts.tax_micro, whole, divided)[0]
    return Tax(tax, -mul_div(before.parts.surcharge_micro, whole, divided)[0])
